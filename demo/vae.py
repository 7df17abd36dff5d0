"""The KL autoencoder in the published tensor layout, 32 base channels.

Pictures are in -1..1.  The encoder makes 8 moments per 8x8 pixel block: four
means and four log variances; the latent is the mean.  The encoder is built, not
trained: its latents are block averages, so training data for the UNet needs
no encoder at all.  The decoder is built too: it turns every pixel into one of
the palette's colours, with sharp contours at any size.
"""

import torch
import torch.nn.functional as F
from torch import nn

BASE = 32
WIDTHS = (32, 64, 128, 128)


def group_norm(channels):
    return nn.GroupNorm(32, channels, eps=1e-6)


class ResBlock(nn.Module):
    """An inactive block has a zero last convolution and is not computed."""

    def __init__(self, cin, cout, active=True):
        super().__init__()
        self.active = active
        self.norm1 = group_norm(cin)
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        self.norm2 = group_norm(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        if cin != cout:
            self.nin_shortcut = nn.Conv2d(cin, cout, 1)

    def forward(self, x):
        y = self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x
        if not self.active:
            return y
        h = self.conv1(F.silu(self.norm1(x)))
        return y + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    """The layout's attention; its last projection is zero, so it adds nothing."""

    def __init__(self, channels):
        super().__init__()
        self.norm = group_norm(channels)
        self.q = nn.Conv2d(channels, channels, 1)
        self.k = nn.Conv2d(channels, channels, 1)
        self.v = nn.Conv2d(channels, channels, 1)
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        return x


def middle(channels):
    mid = nn.Module()
    mid.block_1 = ResBlock(channels, channels, False)
    mid.attn_1 = Attention(channels)
    mid.block_2 = ResBlock(channels, channels, False)
    return mid


def run_middle(mid, x):
    return mid.block_2(mid.attn_1(mid.block_1(x)))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_in = nn.Conv2d(3, BASE, 3, padding=1)
        self.down = nn.ModuleList()
        cin = BASE
        for i, width in enumerate(WIDTHS):
            level = nn.Module()
            level.block = nn.ModuleList([ResBlock(cin, width, False), ResBlock(width, width, False)])
            if i < len(WIDTHS) - 1:
                level.downsample = nn.Module()
                level.downsample.conv = nn.Conv2d(width, width, 3, stride=2)
            self.down.append(level)
            cin = width
        self.mid = middle(cin)
        self.norm_out = group_norm(cin)
        self.conv_out = nn.Conv2d(cin, 8, 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for level in self.down:
            for block in level.block:
                x = block(x)
            if hasattr(level, "downsample"):
                x = level.downsample.conv(F.pad(x, (0, 1, 0, 1)))
        x = run_middle(self.mid, x)
        return self.conv_out(F.silu(self.norm_out(x)))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        cin = WIDTHS[-1]
        self.conv_in = nn.Conv2d(4, cin, 3, padding=1)
        self.mid = middle(cin)
        levels = []
        for i in reversed(range(len(WIDTHS))):
            width = WIDTHS[i]
            level = nn.Module()
            level.block = nn.ModuleList([ResBlock(cin if j == 0 else width, width, (i, j) == (1, 0)) for j in range(3)])
            if i > 0:
                level.upsample = nn.Module()
                level.upsample.conv = nn.Conv2d(width, width, 3, padding=1)
            levels.append(level)
            cin = width
        self.up = nn.ModuleList(levels[::-1])
        self.norm_out = group_norm(cin)
        self.conv_out = nn.Conv2d(cin, 3, 3, padding=1)

    def forward(self, z):
        x = run_middle(self.mid, self.conv_in(z))
        for level in reversed(self.up):
            for block in level.block:
                x = block(x)
            if hasattr(level, "upsample"):
                x = level.upsample.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return self.conv_out(F.silu(self.norm_out(x)))


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.quant_conv = nn.Conv2d(8, 8, 1)
        self.post_quant_conv = nn.Conv2d(4, 4, 1)

    def encode(self, x):
        """The latent mean, before the 0.18215 scale."""
        return self.quant_conv(self.encoder(x))[:, :4]

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))


def identity_rows(conv, rows, tap):
    """Make the given rows of a convolution pass their own channel through."""
    w = conv.weight
    for r in rows:
        w[r] = 0
        if tap == "average":
            w[r, r, :2, :2] = 0.25
        elif w.shape[-1] == 3:
            w[r, r, 1, 1] = 1
        else:
            w[r, r, 0, 0] = 1
        conv.bias[r] = 0


# Latents in the sampler's units (after the 0.18215 scale) have about zero mean
# and unit deviation: channel c < 3 is (block average of colour c - SHIFT) / SPREAD,
# channel 3 is empty.
SCALE = 0.18215
SHIFT = (0.09, 0.0, -0.085)
SPREAD = (0.73, 0.60, 0.64)
LIFT = 16.0


def latents_of(pictures):
    """Scaled latents of (n, 3, h, w) pictures in -1..1, as the encoder makes them."""
    return latents_of_quarters(F.avg_pool2d(pictures, 4))


def latents_of_quarters(q):
    """The same from averages over 4x4 pixels, (n, 3, h / 4, w / 4)."""
    shift = torch.tensor(SHIFT).view(1, 3, 1, 1)
    spread = torch.tensor(SPREAD).view(1, 3, 1, 1)
    colours = (F.avg_pool2d(q, 2) - shift) / spread
    return torch.cat([colours, torch.zeros_like(colours[:, :1])], 1)


@torch.no_grad()
def build_encoder(vae):
    """Set the encoder to exact block averages; every other weight is zero.

    Channels 4g..4g+3 carry a signal, its negative and the constants +-LIFT, so
    each group of the last norm has mean zero and the steady deviation
    LIFT / sqrt(2).  Behind the norm silu(y) - silu(-y) = y undoes the silu.
    Groups 0..2 carry the colours.
    """
    enc = vae.encoder
    for p in list(enc.parameters()) + list(vae.quant_conv.parameters()) + list(vae.post_quant_conv.parameters()):
        p.zero_()
    for m in enc.modules():
        if isinstance(m, nn.GroupNorm):
            m.weight.fill_(1)
    for g in range(3):
        for j, sign in enumerate((1, -1)):
            enc.conv_in.weight[4 * g + j, g, 1, 1] = sign
            enc.conv_in.bias[4 * g + 2 + j] = sign * LIFT
    for level in enc.down:
        for block in level.block:
            if hasattr(block, "nin_shortcut"):
                identity_rows(block.nin_shortcut, range(12), "copy")
        if hasattr(level, "downsample"):
            identity_rows(level.downsample.conv, range(12), "average")
    for g in range(3):
        gain = LIFT / 2 ** 0.5 / SPREAD[g]
        enc.conv_out.weight[g, 4 * g, 1, 1] = gain / 16
        enc.conv_out.weight[g, 4 * g + 1, 1, 1] = -gain / 16
        vae.quant_conv.weight[g, g, 0, 0] = 16 / SCALE
        vae.quant_conv.bias[g] = -SHIFT[g] / SPREAD[g] / SCALE
        vae.post_quant_conv.weight[g, g, 0, 0] = SCALE
    vae.quant_conv.bias[4:] = -20


# Each mark is a threshold on one colour (0..255), and what it adds to the paint.
# The last mark is white: the highest red and green and the blue one together.
MARKS = ((0, 82, (85, 0, 0)), (0, 153, (113, 0, 0)),
         (1, 61, (0, 40, 0)), (1, 98, (0, 60, 0)), (1, 166, (0, 70, 0)),
         (2, 105, (0, 0, 144)))
WHITE_PARTS = (1, 4, 5)
WHITE_ADDS = (12, 40, 58)
DARK = (40, 40, 46)
LIFT_IN = 64.0
# Share of each neighbour that the first convolution takes away, against blur.
CRISP = 0.14
# Steepness and half height of the steps that make marks, sharpen them and paint.
# Weights made from the heights are exact in eight bits.
MARK_STEP = (28.0, 2.0)
SHARP_STEP = (10.0, 2.0)
WHITE_STEP = (24.0, 2.0)
PAINT_STEP = (14.0, 1.0)


@torch.no_grad()
def build_decoder(vae):
    """Set the decoder by hand; every weight not mentioned is zero.

    A norm forgets the mean and the scale of its group, and the last one has one
    channel per group, so a colour cannot simply be passed on.  Instead:

    1. The coarse levels carry the colours (from 0 up) in groups of a signal,
       its negative and two constants, as in the encoder, and enlarge them.
    2. At half size they are compared with the thresholds of MARKS:
       silu(u + h) - silu(u - h) is a smooth step of height 2h, made from two
       copies of the signal.  White is the conjunction of three other marks.
    3. Marks centred on zero keep their sign through any norm, so a second step
       sharpens them.
    4. The mat has every mark and the outer frame has none, so every mark varies
       in every picture, and behind the last norm it is positive where it is set
       and negative elsewhere.  Steps at zero switch its paint on and off.
    """
    dec = vae.decoder
    for p in dec.parameters():
        p.zero_()
    for m in dec.modules():
        if isinstance(m, nn.GroupNorm):
            m.weight.fill_(1)
    one = torch.zeros(3, 3)
    one[1, 1] = 1
    crisp = torch.tensor([-CRISP, 1 + 2 * CRISP, -CRISP])
    crisp = crisp[:, None] * crisp[None, :]
    blur = torch.tensor([0.25, 0.5, 0.25])
    blur = blur[:, None] * blur[None, :]

    # Groups 2k and 2k + 1 hold two copies of the colour that mark k looks at.
    for k, (c, _, _) in enumerate(MARKS):
        for g in (2 * k, 2 * k + 1):
            for j, sign in enumerate((1, -1)):
                r = 4 * g + j
                dec.conv_in.weight[r, c] = sign * SPREAD[c] * crisp
                dec.conv_in.bias[r] = sign * (SHIFT[c] + 1)
                dec.conv_in.bias[r + 2] = sign * LIFT_IN
            for r in range(4 * g, 4 * g + 4):
                for level in (3, 2):
                    dec.up[level].upsample.conv.weight[r, r] = blur if r % 4 < 2 else one

    block = dec.up[1].block[0]
    steep, half = MARK_STEP
    block.norm1.weight[:8 * len(MARKS)] = steep * LIFT_IN / 2 ** 0.5
    for k, (_, level, _) in enumerate(MARKS):
        block.norm1.bias[8 * k] = half - steep * level / 127.5
        block.norm1.bias[8 * k + 4] = -half - steep * level / 127.5
    # Every mark, centred on zero, as two groups of itself and its negative.
    recipes = [([k], 0.5) for k in range(len(MARKS))] + [(WHITE_PARTS, len(WHITE_PARTS) - 0.5)]
    for m, (parts, middle_sum) in enumerate(recipes):
        steep, half_up = SHARP_STEP if len(parts) == 1 else WHITE_STEP
        for copy in (0, 1):
            for j, sign in enumerate((1, -1)):
                r = 4 * m + 2 * copy + j
                for k in parts:
                    block.conv1.weight[r, 8 * k, 1, 1] = sign / (2 * half)
                    block.conv1.weight[r, 8 * k + 4, 1, 1] = -sign / (2 * half)
                block.conv1.bias[r] = -sign * middle_sum
                block.norm2.weight[r] = steep
            block.norm2.bias[4 * m + 2 * copy] = half_up * (1 - 2 * copy)
        for r in (2 * m, 2 * m + 1):
            block.conv2.weight[r, 4 * m, 1, 1] = 1 / (2 * half_up)
            block.conv2.weight[r, 4 * m + 2, 1, 1] = -1 / (2 * half_up)

    for r in range(2 * len(recipes)):
        dec.up[1].upsample.conv.weight[r, r] = blur
        dec.up[0].block[0].nin_shortcut.weight[r, r] = 1
    steep, half = PAINT_STEP
    for m, paint in enumerate([mark[2] for mark in MARKS] + [WHITE_ADDS]):
        dec.norm_out.weight[2 * m:2 * m + 2] = steep
        dec.norm_out.bias[2 * m], dec.norm_out.bias[2 * m + 1] = half, -half
        tone = torch.tensor(paint) / 127.5 / (2 * half)
        dec.conv_out.weight[:, 2 * m, 1, 1] = tone
        dec.conv_out.weight[:, 2 * m + 1, 1, 1] = -tone
    dec.conv_out.bias.copy_(torch.tensor(DARK) / 127.5 - 1)

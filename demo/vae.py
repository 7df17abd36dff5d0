"""The KL autoencoder in the published tensor layout, 32 base channels.

Pictures are in -1..1.  The encoder makes 8 moments per 8x8 pixel block: four
means and four log variances; the latent is the mean.  The encoder is built, not
trained: its latents are block averages, so training data for the UNet needs
no encoder at all.  The decoder is trained; it has to add edges and to carry
absolute colour through its last instance norm.
"""

import torch
import torch.nn.functional as F
from torch import nn

import scenes
from norms import GroupNorm

BASE = 32
WIDTHS = (32, 64, 128, 128)


def group_norm(channels):
    return GroupNorm(channels, eps=1e-6)


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
    """Single-head attention over all positions."""

    def __init__(self, channels):
        super().__init__()
        self.norm = group_norm(channels)
        self.q = nn.Conv2d(channels, channels, 1)
        self.k = nn.Conv2d(channels, channels, 1)
        self.v = nn.Conv2d(channels, channels, 1)
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        y = self.norm(x)
        q, k, v = (m(y).flatten(2).transpose(1, 2).unsqueeze(1) for m in (self.q, self.k, self.v))
        y = F.scaled_dot_product_attention(q, k, v)
        y = y.squeeze(1).transpose(1, 2).reshape(b, c, h, w)
        return x + self.proj_out(y)


def middle(channels):
    mid = nn.Module()
    mid.block_1 = ResBlock(channels, channels)
    mid.attn_1 = Attention(channels)
    mid.block_2 = ResBlock(channels, channels)
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
            level.block = nn.ModuleList([ResBlock(cin, width), ResBlock(width, width)])
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
            # Above the coarsest level only the last block of each computes.
            level.block = nn.ModuleList([ResBlock(cin if j == 0 else width, width, i == 3 or j == 2) for j in range(3)])
            if i > 0:
                level.upsample = nn.Module()
                level.upsample.conv = nn.Conv2d(width, width, 3, padding=1)
            levels.append(level)
            cin = width
        self.up = nn.ModuleList(levels[::-1])
        self.norm_out = group_norm(cin)
        self.conv_out = nn.Conv2d(cin, 3, 3, padding=1)

    def coarse_marks(self, z):
        """The marks at the latents' resolution, after the coarsest level."""
        x = run_middle(self.mid, self.conv_in(z))
        for block in self.up[3].block:
            x = block(x)
        return x[:, :2 * MARKS]

    def features(self, z):
        """The 32 channels before the last norm."""
        x = run_middle(self.mid, self.conv_in(z))
        for level in reversed(self.up):
            for block in level.block:
                x = block(x)
            if hasattr(level, "upsample"):
                x = level.upsample.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return x

    def forward(self, z):
        return self.paint(self.features(z))

    def paint(self, x):
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
# channel 3 is SLANT times the difference of two opposite quarters of the block.
SCALE = 0.18215
SHIFT = (0.09, 0.0, -0.085)
SPREAD = (0.73, 0.60, 0.64)
SLANT = 5.0
SLANT_WEIGHTS = (0.5, 0.6, -0.4)
LIFT = 16.0


def latents_of(pictures):
    """Scaled latents of (n, 3, h, w) pictures in -1..1, as the encoder makes them."""
    quarters = F.avg_pool2d(pictures, 4) if pictures.shape[-1] % 8 == 0 else pictures
    return latents_of_quarters(quarters)


def latents_of_quarters(q):
    """The same from averages over 4x4 pixels, (n, 3, h / 4, w / 4)."""
    average = F.avg_pool2d(q, 2)
    shift = torch.tensor(SHIFT).view(1, 3, 1, 1)
    spread = torch.tensor(SPREAD).view(1, 3, 1, 1)
    weights = torch.tensor(SLANT_WEIGHTS).view(1, 3, 1, 1)
    luma = (q * weights).sum(1, keepdim=True)
    slant = SLANT * (luma[..., ::2, ::2] - luma[..., 1::2, 1::2])
    return torch.cat([(average - shift) / spread, slant], 1)


@torch.no_grad()
def build_encoder(vae):
    """Set the encoder to exact block averages; every other weight is zero.

    Channels 4g..4g+3 carry a signal, its negative and the constants +-LIFT, so
    each group of the last norm has mean zero and the steady deviation
    LIFT / sqrt(2).  Behind the norm silu(y) - silu(-y) = y undoes the silu.
    Groups 0..2 carry the colours, group 3 the slant.
    """
    enc = vae.encoder
    for p in list(enc.parameters()) + list(vae.quant_conv.parameters()) + list(vae.post_quant_conv.parameters()):
        p.zero_()
    for m in enc.modules():
        if isinstance(m, nn.GroupNorm):
            m.weight.fill_(1)
    for g in range(4):
        for j, sign in enumerate((1, -1)):
            if g < 3:
                enc.conv_in.weight[4 * g + j, g, 1, 1] = sign
            else:
                for c in range(3):
                    enc.conv_in.weight[4 * g + j, c, 1, 1] = sign * SLANT_WEIGHTS[c]
            enc.conv_in.bias[4 * g + 2 + j] = sign * LIFT
    levels = list(enc.down)
    for i, level in enumerate(levels):
        for block in level.block:
            if hasattr(block, "nin_shortcut"):
                identity_rows(block.nin_shortcut, range(16), "copy")
        if hasattr(level, "downsample"):
            conv = level.downsample.conv
            identity_rows(conv, range(16), "average")
            if i == 2:
                for r in (12, 13):
                    conv.weight[r, r] = 0
                    conv.weight[r, r, 0, 0] = 1
                    conv.weight[r, r, 1, 1] = -1
    for g in range(4):
        gain = (1 / SPREAD[g] if g < 3 else SLANT) * LIFT / 2 ** 0.5
        enc.conv_out.weight[g, 4 * g, 1, 1] = gain / 16
        enc.conv_out.weight[g, 4 * g + 1, 1, 1] = -gain / 16
        vae.quant_conv.weight[g, g, 0, 0] = 16 / SCALE
        if g < 3:
            vae.quant_conv.bias[g] = -SHIFT[g] / SPREAD[g] / SCALE
        vae.post_quant_conv.weight[g, g, 0, 0] = SCALE
    vae.quant_conv.bias[4:] = -20


STEEPNESS, TREAD = 8.0, 2.0
MARKS = len(scenes.COLOURS) + 1


@torch.no_grad()
def start_decoder(vae):
    """Start with a head that turns marks into colours, and smooth enlargement.

    An instance norm forgets the mean and the scale of a channel.  A mark
    (scenes.render_marks) survives it: every picture holds some of both values,
    so after the norm it is positive where the mark is and negative elsewhere.
    silu(y + h) - silu(y - h) is a smooth step of height 2h in y, so two
    channels per mark (2k and 2k + 1) switch its colour on and off.

    Marks are made at the latents' resolution (`coarse_marks`); the levels above
    start as bilinear enlargement, which the head cuts at a sharp contour.
    """
    dec = vae.decoder
    for level in dec.up[:3]:
        for block in level.block:
            block.conv2.weight.mul_(0.02 if block.active else 0)
            block.conv2.bias.zero_()
            if hasattr(block, "nin_shortcut"):
                block.nin_shortcut.weight.mul_(0.3)
                identity_rows(block.nin_shortcut, range(26), "copy")
    blur = torch.tensor([0.25, 0.5, 0.25])
    for level in dec.up[1:]:
        conv = level.upsample.conv
        identity_rows(conv, range(26), "copy")
        for r in range(26):
            conv.weight[r, r] = blur[:, None] * blur[None, :]
    for block in (dec.mid.block_1, dec.mid.block_2, *dec.up[3].block):
        block.conv2.weight.mul_(0.5)
        block.conv2.bias.zero_()
    dec.mid.attn_1.proj_out.weight.mul_(0.2)
    dec.conv_in.weight[:26] = 0
    dec.conv_in.bias[:26] = 0
    for c in range(4):
        dec.conv_in.weight[22 + c, c, 1, 1] = 1
    tone = lambda rgb: torch.tensor(rgb) / 127.5 - 1
    outer = tone(scenes.OUTER)
    tones = [tone(scenes.PALETTE[c]) - outer for c in scenes.COLOURS]
    tones.append(tone(scenes.MAT) - outer - sum(tones))
    dec.norm_out.weight[:2 * MARKS] = STEEPNESS
    dec.norm_out.bias[:2 * MARKS:2] = TREAD / 2
    dec.norm_out.bias[1:2 * MARKS:2] = -TREAD / 2
    dec.conv_out.weight.mul_(0.05)
    for k, rgb in enumerate(tones):
        for j, sign in enumerate((1, -1)):
            dec.conv_out.weight[:, 2 * k + j] = 0
            dec.conv_out.weight[:, 2 * k + j, 1, 1] = sign * rgb / TREAD
    dec.conv_out.bias.copy_(outer)

"""The SD1.5 UNet layout with few channels.

Two residual blocks per level, transformers with 8 heads on the first three
levels and in the middle, cross-attention to a 64 wide text.

The layout has more blocks than this little task needs, and the fine ones cost
the most.  Those not in ACTIVE are deliberate no-ops: their last projection is
zero, so the result is exactly that of leaving them out, and training never
computes them.  Where such a block joins a skip connection, it drops the skip.
The finest level so only spreads and gathers 2 x 2 latents.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

CHANNELS = 64
MULTIPLIERS = (1, 1, 1, 2)
CONTEXT = 64
HEADS = 8
# Blocks that compute, by index; all others only pass their input on.
ACTIVE_INPUT_RES = {4, 5, 7, 8, 10, 11}
ACTIVE_OUTPUT_RES = {0, 1, 2, 3, 4, 5, 6, 7, 8}
ACTIVE_INPUT_TRANSFORMERS = {7, 8}
ACTIVE_OUTPUT_TRANSFORMERS = {3, 4, 5}
# Inactive output blocks whose 1x1 convolution still learns to join the skip.
JOINING = {11}
# Height of the constants that keep the copied noise's scale through the last norm.
LIFT = 4.0


def time_features(t, width):
    half = width // 2
    rates = torch.exp(-math.log(10000.0) * torch.arange(half, dtype=torch.float32) / half)
    angle = t.float()[:, None] * rates
    return torch.cat([angle.cos(), angle.sin()], 1)


class ResBlock(nn.Module):
    def __init__(self, cin, cout, active=True, joins=True):
        super().__init__()
        self.active = active
        self.drops = cin != cout and not active and not joins
        self.in_layers = nn.Sequential(nn.GroupNorm(32, cin, 1e-5), nn.SiLU(), nn.Conv2d(cin, cout, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(4 * CHANNELS, cout))
        self.out_layers = nn.Sequential(nn.GroupNorm(32, cout, 1e-5), nn.SiLU(), nn.Identity(),
                                        nn.Conv2d(cout, cout, 3, padding=1))
        self.out_layers[3].weight.data.mul_(0.1 if active else 0)
        self.out_layers[3].bias.data.zero_()
        for part in (self.in_layers, self.emb_layers, self.out_layers):
            part.requires_grad_(active)
        self.skip_connection = nn.Identity() if cin == cout else nn.Conv2d(cin, cout, 1)
        if self.drops:
            nn.init.dirac_(self.skip_connection.weight)
            nn.init.zeros_(self.skip_connection.bias)
            self.skip_connection.requires_grad_(False)

    def forward(self, x, emb, text):
        if self.drops:
            return x
        if not self.active:
            return self.skip_connection(x)
        h = self.in_layers(x) + self.emb_layers(emb)[:, :, None, None]
        return self.skip_connection(x) + self.out_layers(h)


class Attention(nn.Module):
    def __init__(self, width, source):
        super().__init__()
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(source, width, bias=False)
        self.to_v = nn.Linear(source, width, bias=False)
        self.to_out = nn.Sequential(nn.Linear(width, width))

    def forward(self, x, source):
        n, length, width = x.shape
        q, k, v = (m(s).view(n, -1, HEADS, width // HEADS).transpose(1, 2)
                   for m, s in ((self.to_q, x), (self.to_k, source), (self.to_v, source)))
        y = ((q * q.shape[-1] ** -0.5) @ k.transpose(2, 3)).softmax(-1) @ v
        return self.to_out(y.transpose(1, 2).reshape(n, length, width))


class Gated(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Linear(width, 8 * width)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, -1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.Sequential(Gated(width), nn.Identity(), nn.Linear(4 * width, width))

    def forward(self, x):
        return self.net(x)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attn1 = Attention(width, width)
        self.ff = FeedForward(width)
        self.attn2 = Attention(width, CONTEXT)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.norm3 = nn.LayerNorm(width)

    def forward(self, x, text):
        y = self.norm1(x)
        x = x + self.attn1(y, y)
        x = x + self.attn2(self.norm2(x), text)
        return x + self.ff(self.norm3(x))


class Transformer(nn.Module):
    def __init__(self, width, active):
        super().__init__()
        self.norm = nn.GroupNorm(32, width, 1e-6)
        self.proj_in = nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList([Block(width)])
        self.proj_out = nn.Conv2d(width, width, 1)
        self.proj_out.weight.data.mul_(0.3 if active else 0)
        self.proj_out.bias.data.zero_()
        self.active = active
        self.requires_grad_(active)

    def forward(self, x, emb, text):
        if not self.active:
            return x
        n, c, h, w = x.shape
        y = self.proj_in(self.norm(x)).permute(0, 2, 3, 1).reshape(n, h * w, c)
        y = self.transformer_blocks[0](y, text)
        y = y.view(n, h, w, c).permute(0, 3, 1, 2)
        return x + self.proj_out(y)


class Plain(nn.Conv2d):
    """The first convolution."""

    def forward(self, x, emb, text):
        return super().forward(x)


class Down(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.op = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x, emb, text):
        return self.op(x)


class Up(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x, emb, text):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


def join(a, b):
    """Channel concatenation that stays channels-last."""
    return torch.cat([a.permute(0, 2, 3, 1), b.permute(0, 2, 3, 1)], 3).permute(0, 3, 1, 2)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        mc = CHANNELS
        self.time_embed = nn.Sequential(nn.Linear(mc, 4 * mc), nn.SiLU(), nn.Linear(4 * mc, 4 * mc))
        inputs = [[Plain(4, mc, 3, padding=1)]]
        skips, ch = [mc], mc
        for level, mult in enumerate(MULTIPLIERS):
            for _ in range(2):
                index = len(inputs)
                parts = [ResBlock(ch, mc * mult, index in ACTIVE_INPUT_RES)]
                ch = mc * mult
                if level < 3:
                    parts.append(Transformer(ch, index in ACTIVE_INPUT_TRANSFORMERS))
                inputs.append(parts)
                skips.append(ch)
            if level < 3:
                inputs.append([Down(ch)])
                skips.append(ch)
        self.input_blocks = nn.ModuleList([nn.ModuleList(p) for p in inputs])
        self.middle_block = nn.ModuleList([ResBlock(ch, ch), Transformer(ch, True), ResBlock(ch, ch)])
        outputs = []
        for level in (3, 2, 1, 0):
            for i in range(3):
                index = len(outputs)
                parts = [ResBlock(ch + skips.pop(), mc * MULTIPLIERS[level], index in ACTIVE_OUTPUT_RES,
                                  index in JOINING)]
                ch = mc * MULTIPLIERS[level]
                if level < 3:
                    parts.append(Transformer(ch, index in ACTIVE_OUTPUT_TRANSFORMERS))
                if level > 0 and i == 2:
                    parts.append(Up(ch))
                outputs.append(parts)
        self.output_blocks = nn.ModuleList([nn.ModuleList(p) for p in outputs])
        self.out = nn.Sequential(nn.GroupNorm(32, ch, 1e-5), nn.SiLU(), nn.Conv2d(mc, 4, 3, padding=1))
        self.out[2].weight.data.mul_(0.1)
        self.copy_input()

    @torch.no_grad()
    def copy_input(self):
        """Start as a network that predicts its own input, which most of the noise is.

        Groups 0..7 of the last norm hold +x + LIFT, +x - LIFT for each latent
        channel x, then -x + LIFT, -x - LIFT: the constants set the deviation, so
        x keeps its scale, and silu(y) - silu(-y) = y undoes the silu.
        """
        join_conv, norm, last = self.output_blocks[11][0].skip_connection, self.out[0], self.out[2]
        first = self.input_blocks[0][0]
        last.weight[:, :16] = 0
        last.bias.zero_()
        for c in range(4):
            first.weight[c] = 0
            first.weight[c, c, 1, 1] = 1
            first.bias[c] = 0
            for half, sign in ((0, 1), (8, -1)):
                for j, lift in enumerate((LIFT, -LIFT)):
                    r = half + 2 * c + j
                    join_conv.weight[r] = 0
                    join_conv.weight[r, CHANNELS + c] = sign
                    join_conv.bias[r] = lift
                    norm.weight[r] = (LIFT * LIFT + 1) ** 0.5
                    norm.bias[r] = -lift
                    last.weight[c, r, 1, 1] = 0.5 * sign

    def forward(self, x, t, text):
        """Predicted noise; x is (n, 4, h, w) with h and w multiples of 8, t in 0..999."""
        emb = self.time_embed(time_features(t, CHANNELS))
        kept = []
        for parts in self.input_blocks:
            for part in parts:
                x = part(x, emb, text)
            kept.append(x)
        for part in self.middle_block:
            x = part(x, emb, text)
        for parts in self.output_blocks:
            skip = kept.pop()
            if not parts[0].drops:
                x = join(x, skip)
            for part in parts:
                x = part(x, emb, text)
        return self.out(x)

"""Rounding of weights to float8_e4m3fn, for training and for export.

Matrices, convolution kernels and the token table are stored in eight bits;
vectors (biases, norms) in sixteen.
"""

import torch
from torch import nn
from torch.nn.utils import parametrize

LIMIT = 448.0
# The first and last convolutions are small and matter most: sixteen bits.
PRECISE = ("conv_in.weight", "conv_out.weight", "quant_conv.weight", "input_blocks.0.0.weight", ".out.2.weight")


def rounded(w):
    return w.clamp(-LIMIT, LIMIT).to(torch.float8_e4m3fn).to(w.dtype)


class StraightThrough(nn.Module):
    """Rounds forwards and passes gradients unchanged."""

    def forward(self, w):
        return w + (rounded(w) - w).detach()


def fake_quantise(net):
    """Make every weight with at least two axes act as if stored in eight bits."""
    for name, m in net.named_modules():
        if isinstance(m, (nn.Linear, nn.Conv2d, nn.Embedding)) and not ("." + name + ".weight").endswith(PRECISE):
            parametrize.register_parametrization(m, "weight", StraightThrough())


def stored(name, w):
    """The tensor as the checkpoint holds it."""
    if w.ndim < 2 or name.endswith(PRECISE):
        return w.to(torch.float16)
    return w.clamp(-LIMIT, LIMIT).to(torch.float8_e4m3fn)

"""Rounding of weights to float8_e4m3fn, for the last part of the training and for export.

Matrices, convolution kernels and the token table are stored in eight bits;
vectors (biases, norms) in sixteen.
"""

import contextlib

import torch

LIMIT = 448.0
# The first and last convolutions are small and matter most: sixteen bits.
PRECISE = ("conv_in.weight", "conv_out.weight", "quant_conv.weight", "input_blocks.0.0.weight",
           "output_blocks.11.0.skip_connection.weight", ".out.2.weight")


def eight_bit(name, w):
    return w.ndim >= 2 and not ("." + name).endswith(PRECISE)


def rounded(w):
    return w.clamp(-LIMIT, LIMIT).to(torch.float8_e4m3fn).to(w.dtype)


@contextlib.contextmanager
def as_stored(named):
    """Inside, every parameter of the dictionary has its stored value; gradients pass unchanged."""
    with torch.no_grad():
        full = {k: p.clone() for k, p in named.items() if eight_bit(k, p)}
        for k in full:
            named[k].copy_(rounded(named[k]))
    yield
    with torch.no_grad():
        for k, value in full.items():
            named[k].copy_(value)


def stored(name, w):
    """The tensor as the checkpoint holds it."""
    if not eight_bit(name, w):
        return w.to(torch.float16)
    return w.clamp(-LIMIT, LIMIT).to(torch.float8_e4m3fn)

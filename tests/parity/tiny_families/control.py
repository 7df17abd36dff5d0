"""ControlNets for Stable Diffusion 3.5, which ComfyUI takes to read a pooled prompt of 2048 numbers."""

import comfy.cldm.dit_embedder

embedder = comfy.cldm.dit_embedder.ControlNetEmbedder
original = embedder.__init__


def __init__(self, *args, **kwargs):
    if kwargs["num_attention_heads"] < 8:
        kwargs["adm_in_channels"] = 128  # the small encoders' pooled prompt
    original(self, *args, **kwargs)


embedder.__init__ = __init__

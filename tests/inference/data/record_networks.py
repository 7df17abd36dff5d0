#!/usr/bin/env python3
"""Records what the reference's UNet and autoencoder compute at toy size, for tests/inference/models and .../vae.

The weights are drawn from torch's generator, tensor by tensor in the order of their names, so that the test draws the
same ones (tests/support/inference/drawn_weights.hpp) and only shapes and outputs are recorded.

usage: python record_networks.py COMFYUI_FOLDER > networks.json     (with ComfyUI's Python environment)
"""
import json
import math
import sys

sys.path.insert(0, sys.argv[1])
sys.argv = ["record", "--cpu"]
import comfy.options

comfy.options.enable_args_parsing()
import torch
import comfy.ops
from comfy.ldm.models.autoencoder import AutoencoderKL
from comfy.ldm.modules.diffusionmodules.openaimodel import UNetModel


def floats(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def draw(shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def fill(module):
    state = {}
    for index, (name, value) in enumerate(sorted(module.state_dict().items())):
        drawn = draw(value.shape, index)
        if value.ndim > 1:
            state[name] = drawn / math.sqrt(math.prod(value.shape[1:]))
        else:
            state[name] = drawn * 0.1 + (1.0 if name.endswith(".weight") else 0.0)
    module.load_state_dict(state)
    return {name: list(value.shape) for name, value in sorted(state.items())}


def record_unet(in_channels, size, tokens):
    unet = UNetModel(image_size=32, in_channels=in_channels, model_channels=32, out_channels=4, num_res_blocks=[1, 1, 1],
                     channel_mult=(1, 2, 2), num_heads=8, use_spatial_transformer=True, transformer_depth=[1, 1, 0],
                     transformer_depth_output=[1, 1, 1, 1, 0, 0], transformer_depth_middle=1, context_dim=24, legacy=False,
                     dtype=torch.float32, operations=comfy.ops.disable_weight_init)
    shapes = fill(unet)
    x, context, timestep = draw((2, in_channels, *size), 1000), draw((2, tokens, 24), 1001), torch.tensor([3.0, 731.0])
    with torch.no_grad():
        out = unet(x, timestep, context=context)
    return {"shapes": shapes, "in_shape": list(x.shape), "tokens": tokens, "timestep": timestep.tolist(),
            "out_shape": list(out.shape), "out": floats(out)}


def record_autoencoder(z_channels):
    config = {"double_z": True, "z_channels": z_channels, "resolution": 256, "in_channels": 3, "out_ch": 3, "ch": 32,
              "ch_mult": [1, 2, 2], "num_res_blocks": 1, "attn_resolutions": [], "dropout": 0.0}
    vae = AutoencoderKL(ddconfig=config, embed_dim=z_channels)
    shapes = fill(vae)
    pixels, latent = draw((1, 3, 12, 20), 1000), draw((1, z_channels, 3, 4), 1001)
    with torch.no_grad():
        encoded, decoded = vae.encode(pixels), vae.decode(latent)
    return {"shapes": shapes, "pixels_shape": list(pixels.shape), "latent_shape": list(latent.shape),
            "encoded_shape": list(encoded.shape), "encoded": floats(encoded),
            "decoded_shape": list(decoded.shape), "decoded": floats(decoded)}


json.dump({"unet": record_unet(4, (10, 7), 11), "inpainting_unet": record_unet(9, (8, 4), 5),
           "autoencoder": record_autoencoder(4)}, sys.stdout, separators=(",", ":"))
print()

#!/usr/bin/env python3
"""Records what the reference's transformers of Flux, FLUX.2, Chroma, Lumina and Z-Image compute at toy size, for
tests/inference/models. Weights are drawn as record_networks.py draws them: only shapes and outputs are recorded.

usage: python record_transformers.py COMFYUI_FOLDER > transformers.json     (with ComfyUI's Python environment)
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
from comfy.ldm.chroma.model import Chroma
from comfy.ldm.chroma_radiance.model import ChromaRadiance
from comfy.ldm.flux.model import Flux
from comfy.ldm.lumina.model import NextDiT

OPS = {"dtype": torch.float32, "operations": comfy.ops.disable_weight_init}


def floats(tensor):
    return [float(f"{value:.6g}") for value in tensor.flatten().tolist()]


def draw(shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def fill(module):
    state = {}
    for index, (name, value) in enumerate(sorted(module.state_dict().items())):
        if value.numel() == 0:
            state[name] = value
            continue
        drawn = draw(value.shape, index)
        if value.ndim > 1:
            state[name] = drawn / math.sqrt(math.prod(value.shape[1:]))
        else:
            state[name] = drawn * 0.1 + (1.0 if name.endswith(".weight") else 0.0)
    module.load_state_dict(state)
    return {name: list(value.shape) for name, value in sorted(state.items())}


def case(network, channels, size, tokens, text_dim, timesteps, vector=0, guidance=None, references=(), **arguments):
    """Draws the inputs, runs the network, and returns everything that the test needs to do the same."""
    batch = len(timesteps)
    record = {"shapes": fill(network), "x_shape": [batch, channels, *size], "timestep": timesteps,
              "context_shape": [batch, tokens, text_dim]}
    x, context, time = draw(record["x_shape"], 1000), draw(record["context_shape"], 1001), torch.tensor(timesteps)
    inputs = dict(arguments)
    if vector:
        record["vector_shape"] = [batch, vector]
        inputs["y"] = draw((batch, vector), 1002)
    if guidance is not None:
        record["guidance"] = guidance
        inputs["guidance"] = torch.full((batch,), guidance)
    if references:
        record["reference_shapes"] = [[batch, channels, *reference] for reference in references]
        inputs["ref_latents"] = [draw(shape, 1100 + i) for i, shape in enumerate(record["reference_shapes"])]
    with torch.no_grad():
        out = network(x, time, context, **inputs)
    return record | {"out": floats(out)}


def flux(**changes):
    sizes = dict(in_channels=16, out_channels=16, vec_in_dim=20, context_in_dim=24, hidden_size=128, mlp_ratio=4.0,
                 num_heads=1, depth=1, depth_single_blocks=1, axes_dim=[16, 56, 56], theta=10000, patch_size=2,
                 qkv_bias=True, guidance_embed=True, txt_ids_dims=[])
    return Flux(**(sizes | changes), **OPS)


def flux2():
    return flux(in_channels=128, out_channels=128, vec_in_dim=None, mlp_ratio=3.0, axes_dim=[32, 32, 32, 32], theta=2000,
                patch_size=1, qkv_bias=False, guidance_embed=False, txt_ids_dims=[3], global_modulation=True,
                mlp_silu_act=True, ops_bias=False, default_ref_method="index", ref_index_scale=10.0)


def chroma(kind=Chroma, **changes):
    sizes = dict(in_channels=64, out_channels=64, context_in_dim=24, hidden_size=128, mlp_ratio=4.0, num_heads=1, depth=1,
                 depth_single_blocks=1, axes_dim=[16, 56, 56], theta=10000, patch_size=2, qkv_bias=True, in_dim=64,
                 out_dim=128, hidden_dim=32, n_layers=2, txt_ids_dims=[], vec_in_dim=None)
    return kind(**(sizes | changes), **OPS)


def radiance(head, **changes):
    return chroma(ChromaRadiance, in_channels=3, out_channels=3, patch_size=8, nerf_hidden_size=8, nerf_mlp_ratio=2,
                  nerf_depth=2, nerf_max_freqs=4, nerf_tile_size=512, nerf_final_head_type=head,
                  nerf_embedder_dtype=torch.float32, **({"use_x0": False, "use_sequential_txt_ids": False} | changes))


def next_dit(**changes):
    return NextDiT(patch_size=2, in_channels=16, cap_feat_dim=24, n_layers=1, qk_norm=True, **changes, **OPS)


def lumina():
    return next_dit(dim=192, n_heads=2, n_kv_heads=1, axes_dims=[32, 32, 32], axes_lens=[300, 512, 512],
                    rope_theta=10000.0, ffn_dim_multiplier=1.0)


def z_image():
    return next_dit(dim=256, n_heads=2, n_kv_heads=2, axes_dims=[32, 48, 48], axes_lens=[1536, 512, 512],
                    rope_theta=256.0, ffn_dim_multiplier=1.0, z_image_modulation=True, time_scale=1000.0,
                    pad_tokens_multiple=32)


torch.manual_seed(0)
two = [0.3, 0.875]
json.dump({
    "flux": case(flux(), 16, (5, 6), 7, 24, two, vector=20, guidance=3.5),
    "flux_references": case(flux(), 16, (5, 6), 7, 24, [0.5], vector=20, guidance=2.0, references=[(4, 8), (7, 2)]),
    "flux_uxo": case(flux(), 16, (5, 6), 7, 24, [0.5], vector=20, guidance=2.0, references=[(4, 8), (7, 2)],
                     ref_latents_method="uxo"),
    "flux2": case(flux2(), 128, (3, 2), 7, 24, two, references=[(2, 2)]),
    "flux2_clean": case(flux2(), 128, (3, 2), 7, 24, two, references=[(2, 2)], ref_latents_method="index_timestep_zero"),
    "chroma": case(chroma(), 16, (5, 6), 7, 24, two, guidance=1.5),
    "radiance": case(radiance("conv"), 3, (16, 20), 7, 24, two, guidance=0.0),
    "radiance_picture": case(radiance("linear", use_x0=True, use_sequential_txt_ids=True), 3, (16, 8), 7, 24, two,
                             guidance=0.0),
    "lumina": case(lumina(), 16, (5, 6), 7, 24, two, num_tokens=7),
    "z_image": case(z_image(), 16, (5, 6), 7, 24, two, num_tokens=7),
}, sys.stdout, separators=(",", ":"))
print()

#!/usr/bin/env python3
"""Records what the reference's transformers of SD3, AuraFlow, HiDream-I1 and PixArt compute at toy size, for
tests/inference/models. Weights are drawn as record_networks.py draws them: only shapes and outputs are recorded.

usage: python record_joint_transformers.py COMFYUI_FOLDER > joint_transformers.json   (with ComfyUI's Python environment)
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
from comfy.ldm.aura.mmdit import MMDiT as AuraFlow
from comfy.ldm.hidream.model import HiDreamImageTransformer2DModel as HiDream
from comfy.ldm.modules.diffusionmodules.mmdit import OpenAISignatureMMDITWrapper as Mmdit
from comfy.ldm.pixart.pixartms import PixArtMS

OPS = {"dtype": torch.float32, "operations": comfy.ops.disable_weight_init}
TEXT = 24


def floats(tensor):
    return [float(f"{value:.6g}") for value in tensor.flatten().tolist()]


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


def case(network, channels, size, tokens, timesteps, vector=0, extra=None, **arguments):
    batch = len(timesteps)
    network.eval()
    record = {"shapes": fill(network), "x_shape": [batch, channels, *size], "timestep": timesteps,
              "context_shape": [batch, tokens, TEXT]}
    inputs = dict(arguments)
    if vector:
        record["vector_shape"] = [batch, vector]
        inputs["y"] = draw((batch, vector), 1002)
    if extra is not None:
        record["extra_shape"] = [batch, *extra]
        inputs["encoder_hidden_states_llama3"] = draw(record["extra_shape"], 1003)
    with torch.no_grad():
        out = network(draw(record["x_shape"], 1000), torch.tensor(timesteps), context=draw(record["context_shape"], 1001),
                      **inputs)
    return record | {"out": floats(out)}


def mmdit(**changes):
    sizes = dict(input_size=None, patch_size=2, in_channels=16, depth=1, num_blocks=2, adm_in_channels=20, num_patches=64,
                 pos_embed_max_size=8, context_embedder_config={"target": "torch.nn.Linear",
                                                                "params": {"in_features": TEXT, "out_features": 64}})
    return Mmdit(**(sizes | changes), **OPS)


def aura_flow():
    return AuraFlow(dim=256, n_layers=2, n_double_layers=1, n_heads=1, global_conddim=256, cond_seq_dim=TEXT, max_seq=16,
                    **OPS)


def hidream():
    return HiDream(patch_size=2, in_channels=16, out_channels=16, num_layers=1, num_single_layers=1,
                   attention_head_dim=128, num_attention_heads=1, caption_channels=[TEXT, TEXT], text_emb_dim=20,
                   axes_dims_rope=[64, 32, 32], llama_layers=[0, 1], **OPS)


def pixart(**changes):
    return PixArtMS(input_size=32, in_channels=4, hidden_size=48, depth=2, num_heads=16, caption_channels=TEXT,
                    model_max_length=4, **changes, **OPS)


torch.manual_seed(0)
sizes = torch.tensor([[512.0, 1024.0]])
json.dump({
    "sd3_medium": case(mmdit(qk_norm="rms", x_block_self_attn_layers=[0]), 16, (5, 6), 7, [300.0, 875.0], vector=20),
    "sd3_first": case(mmdit(), 16, (5, 6), 7, [300.0, 875.0], vector=20),
    "aura_flow": case(aura_flow(), 4, (5, 12), 7, [0.3, 0.875]),
    "hidream": case(hidream(), 16, (5, 6), 7, [300.0, 875.0], vector=20, extra=(2, 3, TEXT)),
    "pixart_alpha": case(pixart(micro_condition=True), 4, (32, 40), 7, [300.0], c_size=sizes,
                         c_ar=torch.tensor([[0.5]])),
    "pixart_sigma": case(pixart(micro_condition=False), 4, (32, 40), 7, [875.0]),
}, sys.stdout, separators=(",", ":"))
print()

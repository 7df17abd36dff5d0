"""Model patches, whose widths and depths ComfyUI takes from constants."""

import functools
import sys

import comfy.ldm.lumina.controlnet as lumina
import comfy.utils

# ComfyUI loads its nodes by path, under names of its own, and some of them once more as usual.
modules = [module for module in list(sys.modules.values()) if "QwenImageBlockWiseControlNet" in vars(module)]

seen = {}  # the tensors of the file that is being loaded


def noting(load):
    @functools.wraps(load)
    def wrapper(*args, **kwargs):
        result = load(*args, **kwargs)
        seen.clear()
        seen.update(result[0] if isinstance(result, tuple) else result)
        return result
    return wrapper


def with_sizes(kind, sizes):
    original = kind.__init__

    def __init__(self, *args, **kwargs):
        original(self, *args, **{**sizes(), **kwargs})
    kind.__init__ = __init__


def blocks(stem):
    return 1 + max(int(key[len(stem):].split(".")[0]) for key in seen if key.startswith(stem))


comfy.utils.load_torch_file = noting(comfy.utils.load_torch_file)
for module in modules:
    with_sizes(module.QwenImageBlockWiseControlNet, lambda: {
        "num_layers": blocks("controlnet_blocks."), "dim": seen["img_in.weight"].shape[0]})
    with_sizes(module.SigLIPMultiFeatProjModel, lambda: {
        "siglip_token_dims": seen["feature_embedder.mid_layer_norm.weight"].shape[0],
        "hidden_size": seen["feature_embedder.mid_projection.weight"].shape[0]})
with_sizes(lumina.ZImage_Control, lambda: {
    "dim": seen["control_all_x_embedder.2-1.weight"].shape[0],
    "n_heads": seen["control_all_x_embedder.2-1.weight"].shape[0] // 128,
    "n_kv_heads": seen["control_all_x_embedder.2-1.weight"].shape[0] // 128})

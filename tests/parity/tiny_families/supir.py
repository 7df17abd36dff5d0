"""SUPIR, whose widths ComfyUI takes from SDXL's."""

import torch

import comfy.ldm.supir.supir_modules as supir

from .model_patches import seen


def control(name):
    """A tensor of the control network in the file that is being loaded, under either of its names."""
    key = "control_model." + name
    return seen["model." + key] if "model." + key in seen else seen[key]


def depth(block):
    return sum(1 for key in seen if block + "transformer_blocks." in key and key.endswith("norm1.weight"))


class Supir(torch.nn.Module):
    def __init__(self, device=None, dtype=None, operations=None):
        super().__init__()
        options = {"device": device, "dtype": dtype, "operations": operations}
        self.control_model = supir.GLVControl(
            model_channels=control("input_blocks.0.0.weight").shape[0],
            transformer_depth=(0, depth("input_blocks.4.1."), depth("middle_block.1.")),
            context_dim=control("middle_block.1.transformer_blocks.0.attn2.to_k.weight").shape[1],
            adm_in_channels=control("label_emb.0.0.weight").shape[1], **options)
        self.project_modules = torch.nn.ModuleList()
        for i in range(12):
            part = {key.split(f"project_modules.{i}.")[1]: value for key, value in seen.items()
                    if f"project_modules.{i}." in key}
            if "norm1.weight" in part:
                module = supir.ZeroCrossAttn(part["norm2.weight"].shape[0], part["norm1.weight"].shape[0], **options)
            else:
                width, features = part["zero_conv.weight"].shape[:2]
                module = supir.ZeroSFT(features, width, part["param_free_norm.weight"].shape[0] - width, **options)
            self.project_modules.append(module)


original = supir.SUPIR
supir.SUPIR = lambda **options: (
    original if control("input_blocks.0.0.weight").shape[0] == 320 else Supir)(**options)

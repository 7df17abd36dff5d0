"""Records quantised.safetensors: small weights in ComfyUI's formats and what its own functions decode them to.

usage: record_quantised.py   (with the reference's Python, which has comfy_kitchen)
"""
import json
import pathlib

import torch
from comfy_kitchen.tensor import AsymW4A8Int8Layout, TensorCoreConvRotW4A4Layout, TensorCoreMXFP8Layout
from safetensors.torch import save_file

LAYOUTS = {"mxfp8": (TensorCoreMXFP8Layout, {}), "convrot_w4a4": (TensorCoreConvRotW4A4Layout, {"convrot_groupsize": 64}),
           "asym_w4a8_int8": (AsymW4A8Int8Layout, {"group_size": 16, "convrot_groupsize": 64})}


def main():
    torch.manual_seed(3)
    tensors = {}
    for name, (layout, options) in LAYOUTS.items():
        weight = torch.randn(32, 128)
        values, params = layout.quantize(weight, **options)
        layer = {"format": name, **options}
        tensors[f"{name}.comfy_quant"] = torch.tensor(list(json.dumps(layer).encode()), dtype=torch.uint8)
        for suffix, tensor in layout.state_dict_tensors(values, params).items():
            tensors[f"{name}.weight{suffix}"] = tensor.contiguous()
        tensors[f"{name}.expected"] = layout.dequantize(values, params).float().contiguous()
        print(name, (tensors[f"{name}.expected"] - weight).abs().mean())
    save_file(tensors, pathlib.Path(__file__).with_name("quantised.safetensors"))


if __name__ == "__main__":
    main()

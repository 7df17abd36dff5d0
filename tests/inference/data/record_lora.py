"""Records what the reference's weight patches do to small weights: lora.safetensors.

Every case has its LoRA file under `<case>/lora/`, the weight, and the results at two strengths. The reference may patch
several keys of a module; only its `m.weight` and `m.bias` are recorded.

Run with the reference's Python, from its source folder:  python .../record_lora.py OUT.safetensors
"""
import os
import sys

sys.path.insert(0, os.getcwd())
OUT = sys.argv.pop()
sys.argv = sys.argv[:1] + ["--cpu"]

import torch  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

import comfy.options  # noqa: E402

comfy.options.enable_args_parsing(True)
import comfy.lora  # noqa: E402

torch.manual_seed(7)
r = torch.randn
alpha = torch.tensor(2.0)

LINEAR = (8, 12)
CONV = (8, 6, 3, 3)

CASES = {
    "kohya": (LINEAR, {"m.lora_up.weight": r(8, 4), "m.lora_down.weight": r(4, 12), "m.alpha": alpha}),
    "no_alpha": (LINEAR, {"m.lora_up.weight": r(8, 4), "m.lora_down.weight": r(4, 12)}),
    "half": (LINEAR, {"m.lora_up.weight": r(8, 4).half(), "m.lora_down.weight": r(4, 12).half(), "m.alpha": alpha.half()}),
    "diffusers": (LINEAR, {"m_lora.up.weight": r(8, 4), "m_lora.down.weight": r(4, 12)}),
    "peft": (LINEAR, {"m.lora_B.weight": r(8, 4), "m.lora_A.weight": r(4, 12), "m.alpha": alpha}),
    "peft_bare": (LINEAR, {"m.lora_B": r(8, 4), "m.lora_A": r(4, 12)}),
    "peft_default": (LINEAR, {"m.lora_B.default.weight": r(8, 4), "m.lora_A.default.weight": r(4, 12)}),
    "dotted": (LINEAR, {"m.lora.up.weight": r(8, 4), "m.lora.down.weight": r(4, 12)}),
    "linear_layer": (LINEAR, {"m.lora_linear_layer.up.weight": r(8, 4), "m.lora_linear_layer.down.weight": r(4, 12)}),
    "conv": (CONV, {"m.lora_up.weight": r(8, 4, 1, 1), "m.lora_down.weight": r(4, 6, 3, 3), "m.alpha": alpha}),
    "conv_mid": (CONV, {"m.lora_up.weight": r(8, 4, 1, 1), "m.lora_mid.weight": r(4, 4, 3, 3), "m.lora_down.weight": r(4, 6, 1, 1), "m.alpha": alpha}),
    "dora_out": (LINEAR, {"m.lora_up.weight": r(8, 4), "m.lora_down.weight": r(4, 12), "m.alpha": alpha, "m.dora_scale": r(8, 1).abs()}),
    "dora_in": (LINEAR, {"m.lora_up.weight": r(8, 4), "m.lora_down.weight": r(4, 12), "m.alpha": alpha, "m.dora_scale": r(1, 12).abs()}),
    "dora_conv": (CONV, {"m.lora_up.weight": r(8, 4, 1, 1), "m.lora_down.weight": r(4, 6, 3, 3), "m.alpha": alpha, "m.dora_scale": r(8, 1, 1, 1).abs()}),
    "loha": (LINEAR, {"m.hada_w1_a": r(8, 4), "m.hada_w1_b": r(4, 12), "m.hada_w2_a": r(8, 4), "m.hada_w2_b": r(4, 12), "m.alpha": alpha}),
    "loha_core": (CONV, {"m.hada_t1": r(4, 4, 3, 3), "m.hada_t2": r(4, 4, 3, 3), "m.hada_w1_a": r(4, 8), "m.hada_w1_b": r(4, 6),
                         "m.hada_w2_a": r(4, 8), "m.hada_w2_b": r(4, 6), "m.alpha": alpha}),
    "lokr": (LINEAR, {"m.lokr_w1": r(2, 3), "m.lokr_w2": r(4, 4), "m.alpha": alpha}),
    "lokr_low": (LINEAR, {"m.lokr_w1": r(2, 3), "m.lokr_w2_a": r(4, 2), "m.lokr_w2_b": r(2, 4), "m.alpha": alpha}),
    "lokr_both": (LINEAR, {"m.lokr_w1_a": r(2, 1), "m.lokr_w1_b": r(1, 3), "m.lokr_w2_a": r(4, 2), "m.lokr_w2_b": r(2, 4), "m.alpha": alpha}),
    "lokr_conv": (CONV, {"m.lokr_w1": r(2, 3), "m.lokr_t2": r(2, 2, 3, 3), "m.lokr_w2_a": r(2, 4), "m.lokr_w2_b": r(2, 2), "m.alpha": alpha}),
    "difference": (LINEAR, {"m.diff": r(8, 12), "m.diff_b": r(8)}),
    "norm": ((8,), {"m.w_norm": r(8), "m.b_norm": r(8)}),
    "set": (LINEAR, {"m.set_weight": r(8, 12)}),
    "wrong_shape": (LINEAR, {"m.lora_up.weight": r(9, 4), "m.lora_down.weight": r(4, 12)}),
    "reshaped": (LINEAR, {"m.lora_up.weight": r(8, 4), "m.lora_down.weight": r(4, 16), "m.reshape_weight": torch.tensor([8, 16])}),
}


def main():
    out = {}
    for case, (shape, lora) in CASES.items():
        start = {"m.weight": r(*shape), "m.bias": r(shape[0])}
        for name, tensor in lora.items():
            out[f"{case}/lora/{name}"] = tensor
        patches = comfy.lora.load_lora(lora, {"m": "m.weight"}, log_missing=False)
        for key, value in start.items():
            out[f"{case}/{key}"] = value
            for strength in (1.0, -0.7):
                if key in patches:
                    patch = [(strength, patches[key], 1.0, None, None)]
                    out[f"{case}/{key}/{strength}"] = comfy.lora.calculate_weight(patch, value.clone(), key).contiguous()
    save_file({k: v.clone().contiguous() for k, v in out.items()}, OUT)


main()

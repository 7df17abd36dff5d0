"""Qwen3-VL: 24 vision blocks are the 4B model, 27 the 8B one; the tower has 16 heads, its widths are the tensors'."""

import comfy.sd
import comfy.text_encoders.qwen3vl as qwen3vl

OPENED = []  # the state dicts of the encoders that are being built

clip_init, detect, Vision = comfy.sd.CLIP.__init__, comfy.sd.detect_te_model, qwen3vl.Qwen3VLVisionModel


def init(self, *args, **kwargs):
    given = kwargs.get("state_dict", [])
    OPENED[:] = given if isinstance(given, list) else []
    try:
        return clip_init(self, *args, **kwargs)
    finally:
        OPENED.clear()


def detect_te_model(sd):
    if "visual.deepstack_merger_list.0.norm.weight" in sd and "model.layers.49.self_attn.q_proj.weight" in sd:
        return comfy.sd.TEModel.QWEN3VL_32B
    if "model.visual.deepstack_merger_list.0.norm.weight" in sd:
        return comfy.sd.TEModel.QWEN3VL_8B if "model.visual.blocks.26.norm1.weight" in sd else comfy.sd.TEModel.QWEN3VL_4B
    return detect(sd)


def vision(config, **kwargs):
    for sd in OPENED:
        if "visual.patch_embed.proj.weight" in sd and "visual.deepstack_merger_list.0.norm.weight" in sd:
            config = {**config, "hidden_size": sd["visual.patch_embed.proj.weight"].shape[0],
                      "intermediate_size": sd["visual.blocks.0.mlp.linear_fc1.weight"].shape[0]}
    return Vision(config, **kwargs)


comfy.sd.CLIP.__init__, comfy.sd.detect_te_model, qwen3vl.Qwen3VLVisionModel = init, detect_te_model, vision

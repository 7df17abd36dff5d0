"""Gemma 3 12B with its vision tower: heads of 256 dimensions for words and of 72 for pictures; other widths, and the depth
of the tower, are the tensors'."""

import comfy.model_detection as detection
import comfy.sd1_clip
import comfy.text_encoders.llama as llama

from . import kit
from .qwen3_vl import OPENED

init = comfy.sd1_clip.SDClipModel.__init__
LAYER = "vision_model.encoder.layers.{}."


def vision_sizes(sd):
    width = sd["vision_model.embeddings.patch_embedding.weight"].shape[0]
    return {**llama.GEMMA3_VISION_CONFIG, "hidden_size": width, "num_attention_heads": width // 72,
            "intermediate_size": sd[LAYER.format(0) + "mlp.fc1.weight"].shape[0],
            "num_hidden_layers": detection.count_blocks(list(sd), LAYER)}


def init_clip(self, *args, **kwargs):
    tower = "vision_model.embeddings.patch_embedding.weight"
    gemma = next((sd for sd in OPENED if "model.layers.47.self_attn.q_norm.weight" in sd and tower in sd), None)
    if kwargs.get("model_class") is not llama.Gemma3_12B or gemma is None or gemma[tower].shape[0] >= 1152:
        return init(self, *args, **kwargs)
    kwargs["textmodel_json_config"] = kit.llm_sizes(gemma, 256)
    llama.Gemma3_12B_Config.vision_config = vision_sizes(gemma)
    return kit._sdclip_init(self, *args, **kwargs)


comfy.sd1_clip.SDClipModel.__init__ = init_clip

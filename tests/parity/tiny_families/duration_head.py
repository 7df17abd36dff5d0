"""LTX's duration head, whose widths ComfyUI takes from constants."""

import comfy.ldm.lightricks.duration_head as heads

from .model_patches import seen, with_sizes


def size(name, dimension=0):
    return next(value for key, value in seen.items() if key.endswith(name)).shape[dimension]


with_sizes(heads.DurationHead, lambda: {
    "video_cross_attention_dim": size("video_input_proj.weight", 1),
    "audio_cross_attention_dim": size("audio_input_proj.weight", 1),
    "pooler_hidden_dim": size("query_tokens", 1), "num_queries": size("query_tokens"),
    "mlp_hidden": size("mlp_hidden.weight")})

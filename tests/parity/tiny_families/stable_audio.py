"""Stable Audio: widths are the tensors', heads have 64 channels; ComfyUI takes what is read beside the sound as 768 wide."""

import comfy.ldm.audio.embedders as embedders
import comfy.model_detection as detection

detect, conditioner = detection.detect_unet_config, embedders.NumberConditioner
WIDTH = {}


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("audio_model") == "dit1.0":
        width = sd[prefix + "to_cond_embed.0.weight"].shape[1]
        WIDTH.update(output_dim=width)
        config["cond_token_dim"] = width
        config.setdefault("num_heads", config["embed_dim"] // 64)
    return config


detection.detect_unet_config = detect_unet_config
embedders.NumberConditioner = lambda width, **options: conditioner(WIDTH.get("output_dim", width), **options)

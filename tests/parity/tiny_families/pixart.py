"""PixArt: sixteen heads as in the real ones; the widths are the tensors'."""

import comfy.model_detection as detection

detect = detection.detect_unet_config


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and str(config.get("image_model")).startswith("pixart"):
        config["hidden_size"] = sd[prefix + "x_embedder.proj.weight"].shape[0]
        config["caption_channels"] = sd[prefix + "y_embedder.y_proj.fc1.weight"].shape[1]
    return config


detection.detect_unet_config = detect_unet_config

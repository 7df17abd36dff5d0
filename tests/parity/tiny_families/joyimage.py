"""JoyAI-Image: the text as wide as the tensor says."""

import comfy.model_detection as detection

detect = detection.detect_unet_config


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("image_model") == "joyimage":
        config["text_dim"] = sd[prefix + "condition_embedder.text_embedder.linear_1.weight"].shape[1]
    return config


detection.detect_unet_config = detect_unet_config

"""Z-Image Omni, whose sight ComfyUI looks for only in networks of real width."""

import comfy.model_detection as detection

detect = detection.detect_unet_config


def detect_with_sight(state_dict, key_prefix, *args, **kwargs):
    config = detect(state_dict, key_prefix, *args, **kwargs)
    sight = state_dict.get(f"{key_prefix}siglip_embedder.0.weight")
    if config is not None and sight is not None:
        config["siglip_feat_dim"] = sight.shape[0]
    return config


detection.detect_unet_config = detect_with_sight

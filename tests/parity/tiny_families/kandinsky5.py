"""Kandinsky 5: four cells of 16 channels are the picture model; the text's widths are the tensors', heads that of the norm."""

import comfy.model_detection as detection
import comfy.supported_models as supported

detect, choose = detection.detect_unet_config, detection.model_config_from_unet_config


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("image_model") == "kandinsky5" and config["model_dim"] < 1024:
        config.update(in_text_dim=sd[prefix + "text_embeddings.in_layer.weight"].shape[1],
                      in_text_dim2=sd[prefix + "pooled_text_embeddings.in_layer.weight"].shape[1],
                      axes_dims=(32, 48, 48), rope_scale_factor=(1.0, 1.0, 1.0))
    return config


def model_config_from_unet_config(config, state_dict=None, unet_key_prefix=""):
    if config.get("image_model") == "kandinsky5" and config["visual_embed_dim"] == 64:
        return supported.Kandinsky5Image(config)
    return choose(config, state_dict, unet_key_prefix)


detection.detect_unet_config, detection.model_config_from_unet_config = detect_unet_config, model_config_from_unet_config

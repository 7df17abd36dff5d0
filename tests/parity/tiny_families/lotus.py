"""Lotus: a UNet of four levels whose label embedding takes four numbers; heads of 64 dimensions."""

import comfy.model_detection as detection
import comfy.supported_models as supported

choose = detection.model_config_from_unet_config


def model_config_from_unet_config(config, state_dict=None, unet_key_prefix=""):
    if config.get("adm_in_channels") == 4:
        config.pop("_tiny", None)
        return supported.LotusD(config)
    return choose(config, state_dict, unet_key_prefix)


detection.model_config_from_unet_config = model_config_from_unet_config

"""UNets that go from a picture (SVD, SV3D, Stable Zero123, the x4 upscaler), which ComfyUI tells by exact widths."""

import comfy.model_detection as detection
import comfy.supported_models as supported

from_unet = detection.model_config_from_unet
VIDEOS = {768: supported.SVD_img2vid, 256: supported.SV3D_u, 1280: supported.SV3D_p}


def kind_of(sd, prefix):
    if prefix + "input_blocks.1.1.time_stack.0.norm1.weight" in sd:
        return VIDEOS[sd[prefix + "label_emb.0.0.weight"].shape[1]]
    if "cc_projection.weight" in sd:
        return supported.Stable_Zero123
    return supported.SD_X4Upscaler if prefix + "label_emb.weight" in sd else None


def model_config_from_unet(state_dict, unet_key_prefix, *args, **kwargs):
    config = from_unet(state_dict, unet_key_prefix, *args, **kwargs)
    kind = kind_of(state_dict, unet_key_prefix)
    return kind({**config.unet_config}) if kind is not None and not isinstance(config, kind) else config


detection.model_config_from_unet = model_config_from_unet

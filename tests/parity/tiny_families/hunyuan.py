"""Hunyuan's networks: what a vision model, ByT5 and CLIP give is as wide as the tensors say; so are the autoencoders."""

import comfy.ldm.hunyuan_video.model as network
import comfy.ldm.hunyuan_video.vae as picture_vae
import comfy.ldm.hunyuan_video.vae_refiner as video_vae
import comfy.model_detection as detection
import comfy.sd
import comfy.supported_models as supported

detect, choose = detection.detect_unet_config, detection.model_config_from_unet_config
GLYPHS, WIDTHS = {}, {}


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("image_model") == "hunyuan_video" and config["hidden_size"] < 1024:
        if config["vec_in_dim"] is not None:
            config["vec_in_dim"] = sd[prefix + "vector_in.in_layer.weight"].shape[1]
        GLYPHS.clear()
        if config["byt5"]:
            first, second = sd[prefix + "byt5_in.fc1.weight"].shape, sd[prefix + "byt5_in.fc2.weight"].shape
            GLYPHS.update(in_dim=first[1], hidden_dim=first[0], out_dim=second[0])
    return config


def model_config_from_unet_config(config, state_dict=None, unet_key_prefix=""):
    if config.get("image_model") == "hunyuan_video" and config["vision_in_dim"] not in (None, 1152):
        kind = supported.HunyuanVideo15_SR_Distilled if config["in_channels"] == 98 else supported.HunyuanVideo15
        return kind(config)
    return choose(config, state_dict, unet_key_prefix)


class Mapper(network.ByT5Mapper):
    def __init__(self, **sizes):
        super().__init__(**{**sizes, **GLYPHS})


def sized(original):
    class Sized(original):
        def __init__(self, **sizes):
            super().__init__(**{**sizes, **WIDTHS})

    return Sized


load = comfy.sd.VAE.__init__


def load_vae(self, sd=None, *args, **kwargs):
    WIDTHS.clear()
    levels = [key for i in range(6) for key in (f"encoder.down.{i}.block.0.conv1.weight", f"encoder.down.{i}.block.0.conv1.conv.weight")
              if sd is not None and key in sd]
    if len(levels) in (5, 6):
        WIDTHS["block_out_channels"] = [sd[key].shape[0] for key in levels]
    return load(self, sd, *args, **kwargs)


detection.detect_unet_config, detection.model_config_from_unet_config = detect_unet_config, model_config_from_unet_config
network.ByT5Mapper = Mapper
comfy.sd.VAE.__init__ = load_vae
for module in (picture_vae, video_vae):
    module.Encoder, module.Decoder = sized(module.Encoder), sized(module.Decoder)

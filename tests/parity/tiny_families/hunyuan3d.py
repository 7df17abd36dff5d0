"""Hunyuan3D: how wide the features of a picture are, DINOv2's widths and the widths and depths of the shapes' autoencoder
follow from the tensors."""

import json

import comfy.clip_vision as vision
import comfy.ldm.hunyuan3d.vae as shapes
import comfy.model_detection as detection
import comfy.sd

detect, load_vision, make_vision, load_vae = (detection.detect_unet_config, vision.load_clipvision_from_sd,
                                              vision.ClipVisionModel.__init__, comfy.sd.VAE.__init__)
BEING_READ, SIZES = {}, {}


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("image_model") == "hunyuan3d2_1":
        config["context_dim"] = sd[prefix + "blocks.0.attn2.to_k.weight"].shape[1]
    return config


def load_clipvision_from_sd(sd, *args, **kwargs):
    BEING_READ.clear()
    BEING_READ.update({key.rsplit(".", 1)[-1]: tensor.shape for key, tensor in sd.items()})
    return load_vision(sd, *args, **kwargs)


def make_clip_vision(self, config):
    if isinstance(config, str) and "dino2_" in config:
        with open(config, encoding="utf-8") as file:
            config = json.load(file)
        cells, width = BEING_READ["position_embeddings"][1:]
        config.update(hidden_size=width, num_attention_heads=width // 64,
                      image_size=config["patch_size"] * round((cells - 1) ** 0.5))
    return make_vision(self, config)


class ShapeVae(shapes.ShapeVAE):
    def __init__(self, **sizes):
        super().__init__(**{**sizes, **SIZES})


def load_autoencoder(self, sd=None, *args, **kwargs):
    SIZES.clear()
    if sd is not None and "geo_decoder.cross_attn_decoder.ln_1.bias" in sd:
        layers = {key.split(".")[2] for key in sd if key.startswith("transformer.resblocks.")}
        SIZES.update(width=sd["post_kl.weight"].shape[0], num_decoder_layers=len(layers), num_encoder_layers=0)
    return load_vae(self, sd, *args, **kwargs)


detection.detect_unet_config = detect_unet_config
vision.load_clipvision_from_sd = load_clipvision_from_sd
vision.ClipVisionModel.__init__ = make_clip_vision
comfy.sd.VAE.__init__ = load_autoencoder
shapes.ShapeVAE = ShapeVae

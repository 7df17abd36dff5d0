"""TripoSplat: widths and depths of the flow, of its decoder and of DINOv3 are the tensors'; DINOv3's heads have 64 channels."""

import comfy.clip_vision as vision
import comfy.image_encoders.dino3 as dino
import comfy.ldm.triposplat.vae as splats
import comfy.model_detection as detection
import comfy.sd

detect, load_vision, vae_init, decoder = (detection.detect_unet_config, vision.load_clipvision_from_sd,
                                          comfy.sd.VAE.__init__, splats.OctreeGaussianDecoder)
OPENED = {}


def count(sd, prefix):
    return len({key[len(prefix):].split(".")[0] for key in sd if key.startswith(prefix)})


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("image_model") == "triposplat":
        config.update(model_channels=sd[prefix + "input_layer.weight"].shape[0],
                      cond_channels=sd[prefix + "cond_embedder.weight"].shape[1],
                      num_blocks=count(sd, prefix + "blocks."), num_refiner_blocks=count(sd, prefix + "noise_refiner."))
    return config


def load_clipvision_from_sd(sd, *args, **kwargs):
    gate = sd.get("layer.0.mlp.gate_proj.weight")
    if gate is not None:
        inner, width = gate.shape
        dino.DINOV3_VITH_CONFIG.update(hidden_size=width, num_attention_heads=width // 64, intermediate_size=inner)
    return load_vision(sd, *args, **kwargs)


def init_vae(self, sd=None, **kwargs):
    OPENED.clear()
    OPENED.update(sd or {})
    return vae_init(self, sd=sd, **kwargs)


class OctreeGaussianDecoder(decoder):
    def __init__(self):
        splats.nn.Module.__init__(self)
        for name, part in (("octree", splats.OctreeProbabilityFixedlenDecoder), ("gs", splats.ElasticGaussianFixedlenDecoder)):
            setattr(self, name, part(model_channels=OPENED[name + ".in_proj.weight"].shape[0],
                                     num_blocks=count(OPENED, name + ".blocks."),
                                     num_heads=OPENED[name + ".blocks.0.cross_attn.q_rms_norm.gamma"].shape[0],
                                     operations=splats.comfy.ops.disable_weight_init))


detection.detect_unet_config, vision.load_clipvision_from_sd = detect_unet_config, load_clipvision_from_sd
comfy.sd.VAE.__init__, splats.OctreeGaussianDecoder = init_vae, OctreeGaussianDecoder

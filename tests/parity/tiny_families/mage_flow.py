"""Mage-Flow: heads of 128 dimensions, the text as wide as txt_norm; the autoencoder's widths and depths are the tensors'."""

import comfy.ldm.mage_flow.vae as mage
import comfy.model_detection as detection
import comfy.sd

detect, vae_init, vae = detection.detect_unet_config, comfy.sd.VAE.__init__, mage.MageVAE.__init__
OPENED = {}


def count(sd, prefix):
    return len({key[len(prefix):].split(".")[0] for key in sd if key.startswith(prefix)})


def detect_unet_config(sd, prefix, metadata=None):
    norm, out = sd.get(prefix + "txt_norm.weight"), sd.get(prefix + "proj_out.weight")
    if norm is not None and out is not None and out.shape[0] == 128 and norm.shape[0] != 2560:
        return {"image_model": "mage_flow", "in_channels": 128, "num_layers": count(sd, prefix + "transformer_blocks."),
                "num_attention_heads": sd[prefix + "img_in.weight"].shape[0] // 128, "joint_attention_dim": norm.shape[0]}
    return detect(sd, prefix, metadata=metadata)


def init_vae(self, sd=None, **kwargs):
    OPENED.clear()
    OPENED.update(sd or {})
    return vae_init(self, sd=sd, **kwargs)


def init(self):
    if "student.dconv_encoder.proj_down.weight" not in OPENED:
        return vae(self)
    mage.nn.Module.__init__(self)
    e, d = "student.dconv_encoder.", "pipeline."
    down, features = OPENED[e + "proj_down.weight"], OPENED[d + "y_embedder_x.weight"]
    self.dconv_encoder = mage.DConvEncoder(hidden_size=down.shape[0], num_blocks=count(OPENED, e + "blocks."),
                                           head_size=down.shape[1], num_head_blocks=count(OPENED, e + "head_blocks."))
    inner, outer = count(OPENED, d + "blocks."), count(OPENED, d + "dec_net.res_blocks.")
    self.decoder_model = mage.DConvDenoiser(hidden_size=features.shape[1], hidden_size_x=features.shape[0] // 256,
                                            num_blocks=inner + outer, num_cond_blocks=inner)


detection.detect_unet_config, comfy.sd.VAE.__init__, mage.MageVAE.__init__ = detect_unet_config, init_vae, init

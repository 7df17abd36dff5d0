"""MiniMax Music 3: the network, its text encoder and its decoder are as wide and deep as their tensors."""

import comfy.ldm.minimax_music.dav as dav
import comfy.ldm.minimax_music.dit as dit
import comfy.model_detection as detection
import comfy.sd
import comfy.text_encoders.minimax_music as text

from . import kit

WIDTHS = {}  # of the network that is being built
DECODER = {}  # of the decoder

detect, clip_init, vae_init = detection.detect_unet_config, comfy.sd.CLIP.__init__, comfy.sd.VAE.__init__


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("audio_model") == "minimax_music3":
        p = prefix + "diffusion_transformer.transformer."
        condition = sd[prefix + "latent_conditioners.0.weight"].shape
        WIDTHS.update(all=sd[p + "project_in.weight"].shape[1], dim=sd[p + "project_in.weight"].shape[0],
                      inner=sd[p + "layers.0.ff.ff.2.weight"].shape[1], states=condition[1], condition=condition[0],
                      layers=detection.count_blocks(list(sd), p + "layers.{}."))
    return config


def clip(self, *args, **kwargs):
    given = kwargs.get("state_dict", [])
    for sd in given if isinstance(given, list) else []:
        if "model.audio_decoder.projection.weight" not in sd:
            continue
        layers, decoder = "model.layers.0.", "model.audio_decoder.layers."
        text.MODEL_CONFIG.update(
            hidden_size=sd["model.norm.weight"].shape[0],
            intermediate_size=sd[layers + "mlp.down_proj.weight"].shape[1],
            num_hidden_layers=detection.count_blocks(list(sd), "model.layers.{}."),
            num_attention_heads=sd[layers + "self_attn.o_proj.weight"].shape[1] // 128,
            num_key_value_heads=(sd[layers + "self_attn.qkv_proj.weight"].shape[0]
                                 - sd[layers + "self_attn.o_proj.weight"].shape[1]) // 256,
            decoder_intermediate_size=sd[decoder + "0.mlp.down_proj.weight"].shape[1],
            decoder_num_layers=detection.count_blocks(list(sd), decoder + "{}."))
    return clip_init(self, *args, **kwargs)


def vae(self, sd=None, *args, **kwargs):
    if "decoder.model.0.weight_v" in (sd or {}):
        DECODER.update(width=sd["decoder.model.0.weight_v"].shape[0], entry=sd["dec_in_proj.weight"].shape[0])
    return vae_init(self, sd, *args, **kwargs)


PLAIN = ("super().__init__()", "nn.Module.__init__(self)")
kit.rewrite(dit.ContinuousTransformer, "__init__", [
    PLAIN, ("2304, 2048", "W['all'], W['dim']"), ("2048, 128", "W['dim'], 128"),
    ("2048, 64, 8192", "W['dim'], 64, W['inner']"), ("range(36)", "range(W['layers'])")], {"W": WIDTHS})
kit.rewrite(dit.DiffusionTransformer, "__init__", [
    PLAIN, ("256, 2048", "256, W['dim']"), ("2048, 2048", "W['dim'], W['dim']"),
    ("2304, 2304", "W['all'], W['all']")], {"W": WIDTHS})
kit.rewrite(dit.MiniMaxMusic3DiT, "__init__", [PLAIN, ("4096, 2048", "W['states'], W['condition']")], {"W": WIDTHS})
kit.rewrite(dit.MiniMaxMusic3DiT, "aligned_condition", [("8, 4096, frames", "8, -1, frames")])
kit.rewrite(dav.Decoder, "__init__", [PLAIN, ("1024", "D['entry']"), ("1536", "D['width']")], {"D": DECODER})
kit.rewrite(dav.MiniMaxMusic3DAV, "__init__", [PLAIN, ("1024", "D['entry']")], {"D": DECODER})
detection.detect_unet_config, comfy.sd.CLIP.__init__, comfy.sd.VAE.__init__ = detect_unet_config, clip, vae

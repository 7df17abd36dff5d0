"""Stable Audio 3's autoencoder and prompt encoder, whose widths ComfyUI takes from constants. The noise that ComfyUI
adds to latents before it decodes them is left out: it is another one each time."""

import comfy.ldm.audio.vae_sa3 as vae
import comfy.text_encoders.sa3 as sa3

from .model_patches import seen
from .qwen3_vl import OPENED

Vae, bottleneck = vae.SA3AudioVAE, vae.SoftNormBottleneck.__init__
FIRST = "encoder.layers.2.weight"


def autoencoder(**config):
    stages = 6  # what the base width is multiplied by
    if FIRST in seen and seen[FIRST].shape[1] % stages == 0:
        config["channels"] = seen[FIRST].shape[1] // stages
    return Vae(**config)


def quiet(self, *args, **kwargs):
    bottleneck(self, *args, **{**kwargs, "noise_regularize": False})


class EncoderConfig(sa3.T5GemmaEncoderConfig):
    def __init__(self):
        super().__init__()
        key = "model.encoder.embed_tokens.weight"
        for sd in OPENED:
            if key in sd:
                self.vocab_size, self.hidden_size = sd[key].shape
                self.intermediate_size = sd["model.encoder.layers.0.mlp.up_proj.weight"].shape[0]
                heads = sd["model.encoder.layers.0.self_attn.q_proj.weight"].shape[0] // self.head_dim
                self.num_attention_heads = self.num_key_value_heads = heads


vae.SA3AudioVAE, vae.SoftNormBottleneck.__init__, sa3.T5GemmaEncoderConfig = autoencoder, quiet, EncoderConfig

"""ACE-Step 1.5: widths and depths are the tensors'. Of its two Qwen 3, which both have 28 layers, the one of width 32 reads
captions and lyrics. The autoencoder is as wide as its first layer."""

import comfy.model_detection as detection
import comfy.sd
import comfy.text_encoders.ace15 as ace15

from . import kit

CAPTIONS = 32

detect = detection.detect_unet_config
caption_init, writer_init = ace15.Qwen3_06BModel.__init__, ace15.Qwen3_2B_ACE15.__init__
load = ace15.ACE15TEModel.load_sd
vae_init = comfy.sd.VAE.__init__


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("audio_model") == "ace1.5" and config["hidden_size"] < 1024:
        config.update(num_kv_heads=sd[prefix + "decoder.layers.0.self_attn.k_proj.weight"].shape[0] // 128,
                      text_hidden_dim=sd[prefix + "encoder.text_projector.weight"].shape[1],
                      num_lyric_layers=detection.count_blocks(list(sd), prefix + "encoder.lyric_encoder.layers.{}."),
                      num_timbre_layers=detection.count_blocks(list(sd), prefix + "encoder.timbre_encoder.layers.{}."),
                      fsq_dim=sd[prefix + "tokenizer.quantizer.project_in.weight"].shape[1])
    return config


def with_sizes(init, wanted):
    def sized(self, device="cpu", model_options={}, **kwargs):
        for sd in kit.PENDING:
            width = sd["model.norm.weight"].shape[0] if "model.norm.weight" in sd else 1024
            if width < 1024 and wanted(width):
                model_options = {**model_options, "_model_config": kit.llm_sizes(sd, 128)}
        init(self, device=device, model_options=model_options, **kwargs)
    return sized


def load_sd(self, sd):
    width = sd["model.norm.weight"].shape[0] if "model.norm.weight" in sd else 1024
    if width >= 1024:
        return load(self, sd)
    return (self.qwen3_06b if width == CAPTIONS else getattr(self, self.lm_model)).load_sd(sd)


detection.detect_unet_config = detect_unet_config
ace15.Qwen3_06BModel.__init__ = with_sizes(caption_init, lambda width: width == CAPTIONS)
ace15.Qwen3_2B_ACE15.__init__ = with_sizes(writer_init, lambda width: width != CAPTIONS)
ace15.ACE15TEModel.load_sd = load_sd


def vae(self, sd=None, *args, **kwargs):
    first = (sd or {}).get("encoder.layers.0.bias")
    if first is None or "decoder.layers.1.layers.0.beta" not in sd:
        return vae_init(self, sd, *args, **kwargs)
    names = vae_init.__globals__  # the kit's copy of the module's
    stock = names["AudioOobleckVAE"]
    names["AudioOobleckVAE"] = lambda **config: stock(channels=first.shape[0], **config)
    try:
        return vae_init(self, sd, *args, **kwargs)
    finally:
        names["AudioOobleckVAE"] = stock


comfy.sd.VAE.__init__ = vae

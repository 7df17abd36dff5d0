"""NewBie: a Lumina 2 with pooled text, as wide as clip_text_pooled_proj. Gemma 3 has heads of 256 dimensions; Jina CLIP
has 16 heads; their other widths are the tensors'."""

import comfy.model_detection as detection
import comfy.sd1_clip
import comfy.text_encoders.jina_clip_2 as jina
import comfy.text_encoders.llama as llama

from . import kit
from .qwen3_vl import OPENED

detect, init = detection.detect_unet_config, comfy.sd1_clip.SDClipModel.__init__


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and prefix + "clip_text_pooled_proj.0.weight" in sd:
        config["clip_text_dim"] = sd[prefix + "clip_text_pooled_proj.0.weight"].shape[0]
    return config


def opened(key):
    return next((sd for sd in OPENED if key in sd), None)


def init_clip(self, *args, **kwargs):
    model_class = kwargs.get("model_class")
    gemma, roberta = opened("model.layers.0.self_attn.q_norm.weight"), opened("model.emb_ln.weight")
    if model_class is jina.XLMRobertaModel and roberta is not None:
        words = roberta["model.embeddings.word_embeddings.weight"]
        kwargs["textmodel_json_config"] = {"vocab_size": words.shape[0], "hidden_size": words.shape[1],
                                           "intermediate_size": roberta["model.encoder.layers.0.mlp.fc1.weight"].shape[0]}
        return kit._sdclip_init(self, *args, **kwargs)
    if model_class is llama.Gemma3_4B and gemma is not None:
        kwargs["textmodel_json_config"] = kit.llm_sizes(gemma, 256)
        return kit._sdclip_init(self, *args, **kwargs)
    return init(self, *args, **kwargs)


detection.detect_unet_config, comfy.sd1_clip.SDClipModel.__init__ = detect_unet_config, init_clip

"""ERNIE-Image: heads of 128 dimensions, the rest is the tensors'. Encoders with Mistral's tokenizer of a width below 1024
are Ministral 3 with 26 layers, Mistral Small 3 with more."""

import comfy.model_detection as detection
import comfy.sd

detect, detect_te = detection.detect_unet_config, comfy.sd.detect_te_model


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("image_model") == "ernie":
        hidden = sd[prefix + "x_embedder.proj.weight"].shape[0]
        config.update(hidden_size=hidden, num_attention_heads=hidden // 128,
                      num_layers=detection.count_blocks(list(sd), prefix + "layers." + "{}."),
                      ffn_hidden_size=sd[prefix + "layers.0.mlp.gate_proj.weight"].shape[0],
                      text_in_dim=sd[prefix + "text_proj.weight"].shape[1])
    return config


def detect_te_model(sd):
    norm = sd.get("model.layers.0.post_attention_layernorm.weight")
    if norm is not None and "tekken_model" in sd and norm.shape[0] < 1024:
        if "model.layers.26.post_attention_layernorm.weight" not in sd:
            return comfy.sd.TEModel.MINISTRAL_3_3B
        pruned = "model.layers.39.post_attention_layernorm.weight" not in sd
        return comfy.sd.TEModel.MISTRAL3_24B_PRUNED_FLUX2 if pruned else comfy.sd.TEModel.MISTRAL3_24B
    return detect_te(sd)


detection.detect_unet_config, comfy.sd.detect_te_model = detect_unet_config, detect_te_model

"""LongCat-Image: Flux without pooled text and without a norm of the text. Ovis' Qwen3: 28 layers, 64 wide."""

import comfy.model_detection as detection
import comfy.sd
import comfy.supported_models as supported

choose, detect_te = detection.model_config_from_unet_config, comfy.sd.detect_te_model


def model_config_from_unet_config(config, state_dict=None, unet_key_prefix=""):
    if config.get("image_model") == "flux" and config.get("vec_in_dim") is None and not config.get("txt_norm"):
        return supported.LongCatImage({**config, "txt_ids_dims": [1, 2]})
    return choose(config, state_dict, unet_key_prefix)


def detect_te_model(sd):
    norm = sd.get("model.layers.0.post_attention_layernorm.weight")
    if norm is not None and norm.shape[0] == 64 and "model.layers.0.self_attn.q_norm.weight" in sd \
            and "model.layers.27.input_layernorm.weight" in sd and "model.layers.28.input_layernorm.weight" not in sd:
        return comfy.sd.TEModel.QWEN3_2B
    return detect_te(sd)


detection.model_config_from_unet_config, comfy.sd.detect_te_model = model_config_from_unet_config, detect_te_model

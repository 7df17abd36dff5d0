"""OmniGen 2 and Boogu: heads of 120 dimensions, counts from the projections; depths and widths are the tensors'."""

import comfy.model_detection as detection

detect = detection.detect_unet_config


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("image_model") in ("omnigen2", "boogu"):
        block = prefix + "noise_refiner.0.attn."
        config["hidden_size"] = sd[prefix + "x_embedder.weight"].shape[0]
        config["num_attention_heads"] = sd[block + "to_q.weight"].shape[0] // 120
        config["num_kv_heads"] = sd[block + "to_k.weight"].shape[0] // 120
        if config["image_model"] == "omnigen2":
            config["num_layers"] = detection.count_blocks(list(sd), prefix + "layers." + "{}.")
            config["text_feat_dim"] = sd[prefix + "time_caption_embed.caption_embedder.0.weight"].shape[0]
    return config


detection.detect_unet_config = detect_unet_config

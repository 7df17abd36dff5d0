"""PixelDiT and PiD: heads as wide as the norms of the queries, depths and widths are the tensors'. PiD's gates stand before
every so many blocks that they cover all of them."""

import math

import comfy.model_detection as detection

detect = detection.detect_unet_config


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is None or config.get("image_model") not in ("pixeldit_t2i", "pid"):
        return config
    core = prefix + ("core." if prefix + "core.s_embedder.proj.weight" in sd else "")
    hidden = sd[core + "s_embedder.proj.weight"].shape[0]
    if hidden == 1536:
        return config
    blocks = detection.count_blocks(list(sd), core + "patch_blocks." + "{}.")
    attention = sd[core + "pixel_blocks.0.compress_to_attn.weight"].shape[0]
    config.update(hidden_size=hidden, num_groups=hidden // sd[core + "patch_blocks.0.attn.q_norm_x.weight"].shape[0],
                  pixel_hidden_size=sd[core + "pixel_embedder.proj.weight"].shape[0], pixel_attn_hidden_size=attention,
                  pixel_num_groups=attention // sd[core + "pixel_blocks.0.attn.q_norm.weight"].shape[0],
                  patch_depth=blocks, pixel_depth=detection.count_blocks(list(sd), core + "pixel_blocks." + "{}."),
                  txt_embed_dim=sd[core + "y_embedder.proj.weight"].shape[1])
    gates = detection.count_blocks(list(sd), prefix + "lq_proj.gate_modules." + "{}.")
    if gates:
        projection = prefix + "lq_proj.latent_proj."
        residuals = {key[len(projection):].split(".")[0] for key in sd if key.startswith(projection) and ".block." in key}
        config.update(lq_interval=math.ceil(blocks / gates), lq_num_res_blocks=len(residuals))
    return config


detection.detect_unet_config = detect_unet_config

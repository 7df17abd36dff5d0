"""Stable Cascade: ComfyUI tells its four networks by exact widths and takes the other sizes from constants."""

import comfy.model_detection as detection
import comfy.sd
from comfy.ldm.cascade.stage_a import StageA

REAL = (2048, 1536, 1280)  # widths of what blocks read beside the picture
detect = detection.detect_unet_config


def blocks(sd, prefix, side, each):
    """How often the kinds of blocks of `each` level are repeated on the way down or up."""
    count = [len({key[len(prefix + side):].split(".")[1] for key in sd if key.startswith(f"{prefix}{side}{i}.")})
             for i in range(len(each))]
    return [total // len(kinds) for total, kinds in zip(count, each)]


def sizes(sd, prefix, levels):
    width = [sd[f"{prefix}down_blocks.{i}.0.channelwise.4.weight"].shape[0] for i in range(len(levels))]
    heads = [size // 64 if "A" in kinds else -1 for size, kinds in zip(width, levels)]
    return {"c_hidden": width, "nhead": heads,
            "blocks": [blocks(sd, prefix, "down_blocks.", levels), blocks(sd, prefix, "up_blocks.", levels[::-1])]}


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    stage = None if config is None else config.get("stable_cascade_stage")
    if stage == "c" and sd[prefix + "clip_txt_mapper.weight"].shape[0] not in REAL:
        text, pooled = sd[prefix + "clip_txt_mapper.weight"], sd[prefix + "clip_txt_pooled_mapper.weight"]
        config.update(c_cond=text.shape[0], c_clip_text=text.shape[1], c_clip_text_pooled=pooled.shape[1],
                      **sizes(sd, prefix, ["CTA", "CTA"]))
    if stage == "b" and sd[prefix + "clip_mapper.weight"].shape[0] // 4 not in REAL:
        pooled = sd[prefix + "clip_mapper.weight"]
        repeats = [1 + len({key.split(".")[-2] for key in sd if key.startswith(f"{prefix}up_repeat_mappers.{i}.")})
                   for i in range(4)]
        config.update(c_cond=pooled.shape[0] // 4, c_clip=pooled.shape[1], block_repeat=[[1] * 4, repeats],
                      **sizes(sd, prefix, ["CT", "CT", "CTA", "CTA"]))
    return config


detection.detect_unet_config = detect_unet_config

STAGE_A = {}
make_vae, make_stage_a = comfy.sd.VAE.__init__, StageA.__init__


def vae_init(self, sd=None, *args, **kwargs):
    STAGE_A.clear()
    if sd is not None and "vquantizer.codebook.weight" in sd:
        layers = len({key.split(".")[1] for key in sd if key.startswith("up_blocks.")})
        STAGE_A.update(c_hidden=sd["up_blocks.0.0.weight"].shape[0], codebook_size=sd["vquantizer.codebook.weight"].shape[0],
                       bottleneck_blocks=layers - 3)
    make_vae(self, sd, *args, **kwargs)


comfy.sd.VAE.__init__ = vae_init
StageA.__init__ = lambda self, **sizes: make_stage_a(self, **{**STAGE_A, **sizes})

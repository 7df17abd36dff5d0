"""SAM 3: every size is a constant; heads of the picture network are 64 wide, the memory is as wide as the features."""

import comfy.ldm.sam3.detector as detector
import comfy.ldm.sam3.sam as sam
import comfy.model_detection as detection

detect, trunk_init = detection.detect_unet_config, sam.ViTDet.__init__
BACKBONE = "detector.backbone.vision_backbone."


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("image_model") in ("SAM3", "SAM31"):
        width = sd[BACKBONE + "trunk.patch_embed.proj.weight"].shape[0]
        queries, dim = sd["detector.transformer.decoder.query_embed.weight"].shape
        if width < 1024:
            depth = sum(key.startswith(BACKBONE + "trunk.blocks.") and key.endswith(".norm1.weight") for key in sd)
            config.update(embed_dim=width, d_model=dim, num_queries=queries, depth=depth)
    return config


def vit_init(self, *args, **kwargs):
    trunk_init(self, *args, **{**kwargs, "num_heads": kwargs.get("embed_dim", 1024) // 64})


class Tracker(detector.SAM31Tracker):
    def __init__(self, d_model=256, **kwargs):
        super().__init__(d_model=d_model, **{**kwargs, "mem_dim": d_model})


detection.detect_unet_config, sam.ViTDet.__init__ = detect_unet_config, vit_init
detector.TRACKER_CLASSES["SAM31"] = Tracker

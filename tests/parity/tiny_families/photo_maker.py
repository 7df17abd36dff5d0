"""PhotoMaker, all of whose sizes are constants."""

import sys

import comfy.clip_model
import comfy.ops
import torch

WIDTH = 64  # of the vision model and of either text encoder
CONFIG = {"hidden_size": WIDTH, "image_size": 224, "intermediate_size": 2 * WIDTH, "num_attention_heads": 1,
          "num_channels": 3, "num_hidden_layers": 24, "patch_size": 14, "projection_dim": WIDTH,
          "hidden_act": "quick_gelu", "model_type": "clip_vision_model"}


def small(module):
    class Encoder(module.PhotoMakerIDEncoder):
        def __init__(self):
            self.load_device = torch.device("cpu")
            comfy.clip_model.CLIPVisionModelProjection.__init__(self, CONFIG, torch.float32, self.load_device,
                                                                comfy.ops.manual_cast)
            self.visual_projection_2 = comfy.ops.manual_cast.Linear(WIDTH, WIDTH, bias=False)
            self.fuse_module = module.FuseModule(2 * WIDTH, comfy.ops.manual_cast)
    return Encoder


for found in [module for module in list(sys.modules.values()) if "PhotoMakerIDEncoder" in vars(module)]:
    found.PhotoMakerIDEncoder = small(found)

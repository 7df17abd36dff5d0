"""unCLIP checkpoints, which ComfyUI tells by exact widths, and SDXL's use of pictures as prompts."""

import comfy.model_base as base
import comfy.model_detection as detection
import comfy.supported_models as supported
import torch
from comfy.ldm.modules.diffusionmodules.openaimodel import Timestep

from_unet = detection.model_config_from_unet


def model_config_from_unet(state_dict, unet_key_prefix, *args, **kwargs):
    config = from_unet(state_dict, unet_key_prefix, *args, **kwargs)
    label = state_dict.get(unet_key_prefix + "label_emb.0.0.weight")
    if isinstance(config, supported.SDXLRefiner) and unet_key_prefix + "input_blocks.1.1.norm.weight" in state_dict:
        unclip = supported.SD21UnclipL({**config.unet_config})
        unclip.noise_aug_config = {**unclip.noise_aug_config, "timestep_dim": label.shape[1] // 2}
        return unclip
    return config


detection.model_config_from_unet = model_config_from_unet


class NoiseAugmentation(base.CLIPEmbeddingNoiseAugmentation):
    """Takes the width of the embeddings that it sees."""

    def forward(self, x, **kwargs):
        self.data_mean, self.data_std = torch.zeros(1, x.shape[-1]), torch.ones(1, x.shape[-1])
        self.time_embed = Timestep(x.shape[-1])
        return super().forward(x, **kwargs)


base.CLIPEmbeddingNoiseAugmentation = NoiseAugmentation
pooled = base.sdxl_pooled


def sdxl_pooled(args, noise_augmentor):
    seen = pooled(args, noise_augmentor)
    return seen[:, :seen.shape[1] // 2] if "unclip_conditioning" in args and seen.shape[1] < 1280 else seen


base.sdxl_pooled = sdxl_pooled

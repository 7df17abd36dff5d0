"""CogVideoX: its autoencoder is as wide as its layers, and noise that moves with a video is drawn from seed 0."""

import comfy.ldm.cogvideo.vae as vae
import comfy.sd
import comfy_extras.void_noise_warp as moving_noise
import torch

WIDTHS = {}
make, load, begin = vae.AutoencoderKLCogVideoX, comfy.sd.VAE.__init__, moving_noise.NoiseWarper.__init__


def load_vae(self, sd=None, *args, **kwargs):
    WIDTHS.clear()
    levels = [f"encoder.down_blocks.{i}.resnets.0.conv1.conv.weight" for i in range(4)]
    if sd is not None and all(key in sd for key in levels):
        WIDTHS["block_out_channels"] = [sd[key].shape[0] for key in levels]
    return load(self, sd, *args, **kwargs)


def begin_with_seed(self, *args, **kwargs):
    torch.manual_seed(0)
    begin(self, *args, **kwargs)


comfy.sd.VAE.__init__ = load_vae
vae.AutoencoderKLCogVideoX = lambda **sizes: make(**{**sizes, **WIDTHS})
moving_noise.NoiseWarper.__init__ = begin_with_seed

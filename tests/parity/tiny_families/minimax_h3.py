"""MiniMax H3: the autoencoders and the text encoder are as wide and deep as their tensors; depths of 50 layers are real."""

import comfy.ldm.minimax.audio_vae as sound
import comfy.ldm.minimax.vae as video
import comfy.model_detection as detection
import comfy.sd

OPENED = []  # the state dicts of the autoencoders that are being built

vae_init = comfy.sd.VAE.__init__
Encoder, Decoder, SoundVae = video.EncoderFCN3D, video.ViT3DDecoder, sound.MiniMaxH3AudioVAE


def init(self, sd=None, *args, **kwargs):
    OPENED.append(sd or {})
    try:
        return vae_init(self, sd, *args, **kwargs)
    finally:
        OPENED.pop()


def encoder(ch, **kwargs):
    return Encoder(ch=OPENED[-1]["encoder.conv_in.weight"].shape[0], **kwargs)


def decoder(**kwargs):
    sd = OPENED[-1]
    heads = sd["decoder.x_embedder.weight"].shape[0] // 64
    layers = detection.count_blocks(list(sd), "decoder.transformer_blocks.{}.")
    return Decoder(num_layers=layers, heads=heads, **kwargs)


def sound_vae():
    sd = OPENED[-1]
    return SoundVae(encoder_dim=sd["encoder.block.0.weight"].shape[0], latent_dim=sd["dec_in_proj.weight"].shape[0],
                    decoder_dim=sd["decoder.conv_pre.weight"].shape[0])


comfy.sd.VAE.__init__ = init
video.EncoderFCN3D, video.ViT3DDecoder, sound.MiniMaxH3AudioVAE = encoder, decoder, sound_vae

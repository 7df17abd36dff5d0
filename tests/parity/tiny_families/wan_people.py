"""Wan with sound: widths of what encoders hear, and the encoders' own, are the tensors'; heads have the real size."""

import functools

import comfy.audio_encoders.audio_encoders as encoders
import comfy.ldm.wan.model as wan
import comfy.ldm.wan.model_multitalk as multitalk
import comfy.model_detection as detection

detect, load_encoder = detection.detect_unet_config, encoders.load_audio_encoder_from_sd
whisper, humo_sound = encoders.WhisperLargeV3, wan.AudioProjModel.__init__
talk_sound, talk_attention = multitalk.MultiTalkAudioProjModel.__init__, multitalk.SingleStreamMultiAttention.__init__
humo = {}


def detect_unet_config(sd, prefix, metadata=None):
    config = detect(sd, prefix, metadata=metadata)
    if config is not None and config.get("model_type") == "s2v":
        config["audio_dim"] = sd[prefix + "casual_audio_encoder.encoder.conv1_local.conv.weight"].shape[1]
    if config is not None and config.get("model_type") == "humo":
        weight = sd[prefix + "audio_proj.audio_proj_glob_1.layer.weight"]
        humo.update(channels=weight.shape[1] // 40, intermediate_dim=weight.shape[0])
    return config


def load_audio_encoder_from_sd(sd, prefix=""):
    sd = {key.removeprefix("wav2vec2."): value for key, value in sd.items()}
    if "encoder.layer_norm.bias" in sd:
        width = sd["encoder.layer_norm.bias"].shape[0]
        large = "feature_extractor.conv_layers.1.layer_norm.weight" in sd
        model = encoders.AudioEncoderModel({
            "model_type": "wav2vec2", "embed_dim": width, "num_heads": width // 64, "num_layers": 24 if large else 12,
            "conv_norm": large, "conv_bias": large, "do_normalize": large, "do_stable_layer_norm": large})
        model.load_sd(sd)
        return model
    width = sd["model.encoder.embed_positions.weight"].shape[1]
    encoders.WhisperLargeV3 = functools.partial(whisper, n_audio_state=width, n_audio_head=width // 64)
    return load_encoder(sd, prefix)


def project_humo(self, *args, **options):
    humo_sound(self, *args, **{**options, **humo})


def project_talk(self, *args, **options):
    if options["intermediate_dim"] < 64:
        options["channels"] = options["out_dim"]
    talk_sound(self, *args, **options)


def attend_to_talk(self, dim, *args, num_heads, **options):
    talk_attention(self, dim, *args, num_heads=dim // 128, **options)


detection.detect_unet_config, encoders.load_audio_encoder_from_sd = detect_unet_config, load_audio_encoder_from_sd
wan.AudioProjModel.__init__, multitalk.MultiTalkAudioProjModel.__init__ = project_humo, project_talk
multitalk.SingleStreamMultiAttention.__init__ = attend_to_talk

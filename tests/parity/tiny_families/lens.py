"""Lens: the sizes of GPT-OSS are those of the file; heads have 64 dimensions, and four layers up to the 24th are read."""

import comfy.sd
import comfy.text_encoders.gpt_oss as gpt

config, load = gpt.GptOss20BConfig, comfy.sd.load_text_encoder_state_dicts
OPENED = {}


def load_text_encoder_state_dicts(state_dicts=[], *args, **kwargs):
    OPENED.clear()
    if state_dicts and "layers.0.self_attn.sinks" in state_dicts[0]:
        OPENED.update({key: tuple(value.shape) for key, value in state_dicts[0].items()})
    return load(state_dicts, *args, **kwargs)


def sized(**given):
    if OPENED:
        layer = "layers.0."
        vocabulary, hidden = OPENED["embed_tokens.weight"]
        given = {"vocab_size": vocabulary, "hidden_size": hidden,
                 "intermediate_size": OPENED[layer + "mlp.experts.down_proj.weight"][2],
                 "num_attention_heads": OPENED[layer + "self_attn.sinks"][0],
                 "num_key_value_heads": OPENED[layer + "self_attn.k_proj.weight"][0] // 64,
                 "num_local_experts": OPENED[layer + "mlp.router.bias"][0], **given}
    return config(**given)


comfy.sd.load_text_encoder_state_dicts, gpt.GptOss20BConfig = load_text_encoder_state_dicts, sized

"""Records what the reference's CLIP makes of prompts with synthetic weights of toy size: clip.safetensors.

Run with the reference's Python, from its source folder:  python .../record_clip.py OUT.safetensors
"""
import os
import sys
import tempfile
import zlib

sys.path.insert(0, os.getcwd())
OUT = sys.argv.pop()
sys.argv = sys.argv[:1] + ["--cpu", "--force-fp32", "--fp32-text-enc"]

import numpy as np  # noqa: E402
import torch  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

import comfy.options  # noqa: E402

comfy.options.enable_args_parsing(True)
from comfy.sd1_clip import SDClipModel, SDTokenizer  # noqa: E402

DIM = 64


def synthetic(name, shape, scale):
    """The same numbers as synthetic() in clip_test.cpp: a hash of the position, seeded by the name."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    mixed = (index * np.uint64(2654435761) + np.uint64(zlib.crc32(name.encode()))) % np.uint64(2**32)
    mixed = (mixed ^ (mixed >> np.uint64(15))) * np.uint64(2246822519) % np.uint64(2**32)
    unit = (mixed >> np.uint64(8)).astype(np.float32) / np.float32(2**24) - np.float32(0.5)
    return torch.from_numpy((unit * np.float32(scale)).reshape(shape))


def weights(model):
    result = {}
    for name, tensor in model.state_dict().items():
        if name.endswith("position_ids"):
            continue
        scale = 2.0 if "embedding" in name else 0.25
        value = synthetic(name, tuple(tensor.shape), scale)
        if "norm" in name and name.endswith("weight"):
            value = value + 1.0
        result[name] = value
    return result


CASES = {
    "plain": ("a photograph of an astronaut riding a horse", None),
    "weighted": ("(red:1.3) fox, (blue) sky, (nothing:0.5)", None),
    "skipped": ("a cat", -2),
    "first_layer": ("a cat", -12),
    "too_deep": ("a cat", -20),
    "two_chunks": ("one two three four " * 25 + "(five:0.7)", None),
    "embedding": ("an embedding:two, (embedding:two:1.4) x", None),
    "wrong_size": ("a embedding:wide b", None),
    "ended_early": ("a <|endoftext|> b", None),
}


def main():
    config = {"num_hidden_layers": 12, "hidden_size": DIM, "num_attention_heads": 1, "intermediate_size": 4 * DIM,
              "hidden_act": "quick_gelu", "max_position_embeddings": 77, "eos_token_id": 49407, "vocab_size": 49408}
    model = SDClipModel(textmodel_json_config=config, return_projected_pooled=False)
    model.transformer.load_state_dict(weights(model.transformer))
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        save_file({"emb_params": synthetic("two", (2, DIM), 2.0)}, os.path.join(folder, "two.safetensors"))
        save_file({"emb_params": synthetic("wide", (3, 768), 2.0)}, os.path.join(folder, "wide.safetensors"))
        tokenizer = SDTokenizer(embedding_directory=folder)
        out = {}
        for name, (prompt, layer) in CASES.items():
            model.reset_clip_options()
            if layer is not None:
                model.set_clip_options({"layer": layer})
            cross, pooled = model.encode_token_weights(tokenizer.tokenize_with_weights(prompt))
            out[name + ".cross"] = cross[:, ::3].contiguous()
            out[name + ".pooled"] = pooled.contiguous()
    save_file(out, OUT)


main()

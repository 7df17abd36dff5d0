"""Records what the reference's tokenizers of T5, Qwen and of sentencepiece models make of the prompts of record_tokens.py:
data/tokenizers.json, and beside it unigram.model, the small UMT5's sentencepiece model.

Run with the reference's Python, from its source folder:  python .../record_tokenizers.py MODELS OUT.json
MODELS is the folder that the parity kit's forge.py made.
"""
import ast
import json
import os
import pathlib
import sys

sys.path.insert(0, os.getcwd())
MODELS, OUT = map(pathlib.Path, sys.argv[1:])

import sentencepiece  # noqa: E402
from safetensors import safe_open  # noqa: E402
from transformers import Qwen2Tokenizer, T5TokenizerFast  # noqa: E402

MORE = ["</s> a</s>b <extra_id_0>z <pad>", "\u2581a\u2581b", "\ufb01ne \uff11\uff12 \u2460", "a  b   c \n\n d\r\n\r\n\te",
        "<|im_start|>user\nhi<|im_end|>\n<think>\n\n</think>", "IT'S We'LL 1234567", "  leading and trailing  ", "e\u0301\u0301 a\u030a",
        "foo(bar)  // baz\n    x = 1;", "\u0000\u0001", "\u00bd\u00b2 \u2167", "\u212b \u2126 \u017fs 'S"]


def prompts():
    source = (pathlib.Path(__file__).parent / "record_tokens.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PROMPTS":
            return eval(compile(ast.Expression(node.value), "", "eval")) + MORE


def main():
    t5 = T5TokenizerFast.from_pretrained("comfy/text_encoders/t5_tokenizer")
    qwen = Qwen2Tokenizer.from_pretrained("comfy/text_encoders/qwen25_tokenizer")
    pile = sentencepiece.SentencePieceProcessor(model_file="comfy/text_encoders/t5_pile_tokenizer/tokenizer.model")
    with safe_open(MODELS / "text_encoders/umt5_xxl_tiny.safetensors", "pt") as file:
        model = file.get_tensor("spiece_model").numpy().tobytes()
    (OUT.parent / "unigram.model").write_bytes(model)
    unigram = sentencepiece.SentencePieceProcessor(model_proto=model)
    cases = [{"prompt": p, "t5": t5(p)["input_ids"][:-1], "qwen": qwen(p)["input_ids"], "pile": pile.encode(p), "unigram": unigram.encode(p)}
             for p in prompts()]
    OUT.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n", encoding="utf-8")


main()

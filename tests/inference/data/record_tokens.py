"""Records what the reference's SD1 tokenizer makes of awkward prompts: data/clip_tokens.json.

Run with the reference's Python, from its source folder:  python .../record_tokens.py OUT.json
"""
import json
import logging
import os
import sys
import tempfile

sys.path.insert(0, os.getcwd())
sys.argv = sys.argv[:1] + ["--cpu"] + sys.argv[1:]
OUT = sys.argv.pop()

import torch  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

import comfy.options  # noqa: E402

comfy.options.enable_args_parsing(True)
from comfy.sd1_clip import SDTokenizer  # noqa: E402

logging.disable(logging.CRITICAL)

PROMPTS = [
    "", " ", "a", "a photograph of an astronaut riding a horse", "A CAT, Sitting!", "it's we'll they'd I'm don't you've you're",
    "'S 'LL ''s '' 's's 'x", "hello   world\t\ttabs\nnewline\r\n", "1234 3.14 10k 4k uhd 1girl x2", "Ⅻ ² ½ ٣ ൧ 五",
    "naïve café crème brûlée", "cafe\u0301 e\u0301\u0323", "ÅÅÅ Å", "İstanbul IĞDIR ß ẞ ΣΑΣ σας ǅ Ω",
    "日本語のテキスト、猫", "한국어 각 ᄀ", "русский текст", "مرحبا بالعالم", "नमस्ते दुनिया", "ไทย", "emoji 😀👍🏽👨‍👩‍👧 flag🇩🇪",
    "\u00a0nbsp\u00a0between\u2003em\u3000ideo", "zero\u200bwidth\u200djoin\ufeffbom", "\x1cfs \x85nel \x0bvt",
    "<|endoftext|> middle <|startoftext|> <|ENDOFTEXT|>x", "<|endoftext|>", "a<|endoftext|>b", "#$%^&*_+-=[]{};:'\"\\|,.<>/?`~",
    "snake_case camelCase kebab-case http://example.com/a?b=c&d=e", "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "(word:1.2)", "(word)", "((word))", "(((word)))", "(a (b:1.5) c:0.8)", "(a:1.2)(b:0.5) c", "(a:b:1.3)", "(:1.2)", "(a:)", "(a: 1.25 )",
    "(a:1_0)", "(a:0x10)", "(a:1e-1)", "(a:inf)", "(a:.5)", "(a:+2)", "(a:-1)", "(a:1.2", "a) b (c", "a)(b:2)", "()", "(())", "( )", "((a)b:2)",
    r"\(escaped\) (real\) still:1.4) \\(x)", r"\(a:1.3\)", "[bracket] [a:b:0.5] {x|y}", "(red:1.1) fox, (blue:0.9) sky, (green)",
    "masterpiece, best quality, " * 12, "word " * 80, "x" * 400, "short " + "y" * 300 + " end", "a " * 74 + "antidisestablishmentarianism",
    "a " * 70 + "antidisestablishmentarianism floccinaucinihilipilification b", "a " * 75, "a " * 76, "(long weighted " + "w " * 100 + ":1.3)",
    "embedding:two", "a embedding:two, b", "embedding:two:1.2", "(embedding:two:1.3) x", "xembedding:two", "embedding:missing word",
    "embedding:two<lora:x:1>", "embedding:two[abc] d", "an embedding:one and embedding:two", "embedding:one,", "embedding:sub/three x",
    "embedding:two embedding:two", "embedding:../two", "a\u3000embedding:one", "embedding:three",
]


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "sub"))
        save_file({"emb_params": torch.arange(2 * 768, dtype=torch.float32).reshape(2, 768)}, os.path.join(folder, "two.safetensors"))
        save_file({"clip_g": torch.zeros(1, 1280), "clip_l": torch.full((1, 768), 7.0)}, os.path.join(folder, "one.safetensors"))
        save_file({"emb_params": torch.full((768,), 3.0)}, os.path.join(folder, "sub", "three.safetensors"))
        tokenizer = SDTokenizer(embedding_directory=folder)
        cases = []
        for prompt in PROMPTS:
            chunks = []
            for chunk in tokenizer.tokenize_with_weights(prompt):
                # A vector of an embedding is recorded as -1 minus its first number.
                chunks.append([[-1 - int(t[0]) if torch.is_tensor(t) else int(t), w if w == w and abs(w) != float("inf") else str(w)] for t, w in chunk])
            cases.append({"prompt": prompt, "chunks": [compact(c) for c in chunks]})
    with open(OUT, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")


def compact(chunk):
    """The length, and the tokens up to the padding: pairs, or bare ids where the weight is 1."""
    end = len(chunk)
    while end > 1 and chunk[end - 1] == chunk[end - 2] == [49407, 1.0]:
        end -= 1
    return {"length": len(chunk), "tokens": [t if w == 1.0 else [t, w] for t, w in chunk[:end]]}


main()

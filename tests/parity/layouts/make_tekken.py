#!/usr/bin/env python3
"""Writes tekken_tiny.tekken, a small tokenizer in the format of Mistral's: 20 special tokens, the bytes and 700 pieces."""

import base64
import collections
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
SPECIALS = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
            "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]",
            "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]"]
PIECES = 700


def pieces():
    """The most frequent beginnings of words, so that any two neighbours may merge."""
    text = pathlib.Path(__file__).read_text() + (HERE.parent / "README.md").read_text()
    text += " a photograph of an astronaut riding a horse, cinematic still of a red fox in the snow, golden hour" * 9
    counts = collections.Counter()
    for word in text.split():
        for start in (" " + word, word):
            for end in range(2, min(len(start), 8) + 1):
                counts[start[:end]] += 1
    return [piece for piece, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))][:PIECES]


def main():
    tokens = [bytes([value]) for value in range(256)] + [piece.encode() for piece in pieces()]
    tokens = list(dict.fromkeys(tokens))
    encoded = [base64.b64encode(token).decode() for token in tokens]
    file = {"config": {"default_vocab_size": len(SPECIALS) + len(tokens), "default_num_special_tokens": len(SPECIALS)},
            "vocab": [{"rank": rank, "token_bytes": token} for rank, token in enumerate(encoded)],
            "special_tokens": [{"rank": rank, "token_str": name} for rank, name in enumerate(SPECIALS)]}
    (HERE / "tekken_tiny.tekken").write_text(json.dumps(file, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

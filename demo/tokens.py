"""Byte-pair tokenizer of CLIP: lower-cased words, merges by rank, 77 slots."""

import json
import re
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "inference/text/tokenizers/data/clip"
START, END, SLOTS = 49406, 49407, 77
PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+")


def byte_symbols():
    """The printable stand-in of every byte value."""
    plain = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    table = {b: chr(b) for b in plain}
    spare = 256
    for b in range(256):
        if b not in table:
            table[b] = chr(spare)
            spare += 1
    return table


class Tokenizer:
    def __init__(self, folder=DATA):
        folder = Path(folder)
        self.ids = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        lines = (folder / "merges.txt").read_text(encoding="utf-8").split("\n")
        pairs = [tuple(line.split()) for line in lines if line and not line.startswith("#version")]
        self.rank = {pair: i for i, pair in enumerate(pairs) if len(pair) == 2}
        self.symbols = byte_symbols()
        self.known = {}

    def word(self, text):
        """Token ids of one piece of text without spaces."""
        if text not in self.known:
            parts = [self.symbols[b] for b in text.encode("utf-8")]
            parts[-1] += "</w>"
            while len(parts) > 1:
                ranked = [(self.rank.get(pair, 1 << 30), i) for i, pair in enumerate(zip(parts, parts[1:]))]
                best, i = min(ranked)
                if best == 1 << 30:
                    break
                parts[i:i + 2] = [parts[i] + parts[i + 1]]
            self.known[text] = [self.ids[p] for p in parts]
        return self.known[text]

    def encode(self, text):
        """77 ids: start, at most 75 tokens, end, then end as padding."""
        out = [START]
        for piece in PIECES.findall(text.lower()):
            out += self.word(piece)
        out = out[:SLOTS - 1]
        return out + [END] * (SLOTS - len(out))

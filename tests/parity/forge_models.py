#!/usr/bin/env python3
"""Writes the small model files of the cases in this folder, and those of ../shared/parity that these use beside them.

    forge_models.py OUT_DIR [--only REGEX] [--list] [--seed N]

The generator is that of ../shared/parity (forge.py): every value follows from the seed, the component's name and the
tensor's name, so no weights are stored here. What it reads is layouts/: `<family>.json` lists model files as forge.py's
models.json does, `<component>.txt` has one tensor a line ("name 4x8 [dtype|rule]"), in which `{0-35}` stands for the
numbers from 0 to 35. A part {"blob": "file", "name": "key"} brings the bytes of a file of layouts/ as a tensor.
The rule `ring:N` makes pairs of numbers that go around: N with N + 1, N + 1 with N + 2, ..., the last with N.
"""

import pathlib
import re
import sys

import numpy

HERE = pathlib.Path(__file__).resolve().parent
KIT = HERE.parents[2] / "shared" / "parity"
sys.path.insert(0, str(KIT))

import forge  # noqa: E402

OWN = HERE / "layouts"


def expanded(line):
    """The lines that one with ranges stands for."""
    found = re.search(r"\{(\d+)-(\d+)\}", line)
    if not found:
        return [line]
    first, last = int(found[1]), int(found[2])
    return [one for i in range(first, last + 1) for one in expanded(line[:found.start()] + str(i) + line[found.end():])]


class Layouts(forge.Layouts):
    def __init__(self, dirs):
        super().__init__([str(OWN), *dirs])
        for path in sorted(OWN.glob("*.json")):
            self.models += forge.json.loads(path.read_text(encoding="utf-8"))

    @staticmethod
    def parse(path):
        tensors = []
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            fields = line.split()
            if not fields or fields[0].startswith("#"):
                continue
            shape = () if fields[1] == "-" else tuple(int(size) for size in fields[1].split("x"))
            dtype = next((field for field in fields[2:] if field in forge.ITEM), None)
            rule = next((field for field in fields[2:] if field not in forge.ITEM), None)
            tensors += [(name, shape, dtype, rule) for name in expanded(fields[0])]
        return tensors


def blob(name):
    own = OWN / name
    return numpy.fromfile(own, dtype="u1") if own.exists() else kit_blob(name)


def values(key, name, shape, rule):
    if not rule.startswith("ring:"):
        return kit_values(key, name, shape, rule)
    start, count = int(rule.partition(":")[2]), shape[0]
    return numpy.array([[start + i, start + (i + 1) % count] for i in range(count)])


kit_blob, kit_values = forge.blob, forge.values
forge.Layouts, forge.blob, forge.values = Layouts, blob, values

if __name__ == "__main__":
    forge.main()

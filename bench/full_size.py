"""Models of their published sizes with random weights: do they fit, and how long does a step take?

usage: full_size.py PACKAGE FOLDER [--size 256] [--steps 2] [--keep] [-- easel options]

PACKAGE is one of the packages below. Its files are written into FOLDER, as large as the downloads and in their layouts
(layouts/ and tests/inference/models/published/), the template of that name runs at one step, then again with more steps
and another seed, and with another prompt. Prints seconds and memory: "anonymous" is what the process allocated; the
rest of the resident memory is pages of the files, which the system may take back. The files are removed unless --keep is
given. A package takes up to 20 GB of disk. Standard library only.
"""
import argparse
import json
import pathlib
import random
import re
import struct
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "bench"))
from server_process import Server  # noqa: E402
from steps import seconds  # noqa: E402

BYTES = {"F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1}
POOL = 1 << 20  # values that a file repeats

# File: its parts (layout, prefix of its keys, type). An 8-bit part has its large products in float8, the rest in 16 bits.
QWEN3_4B = {"text_encoders/qwen_3_4b.safetensors": [("qwen3_4b", "", "BF16")]}
PACKAGES = {
    "sd35-medium": {
        "template": "sd35-medium",
        "files": {"checkpoints/sd3.5_medium_incl_clips_t5xxlfp8scaled.safetensors": [
            ("sd35_medium", "model.diffusion_model.", "F16"),
            ("vae_kl16", "first_stage_model.", "F16"),
            ("clip_l", "text_encoders.clip_l.transformer.", "F16"),
            ("clip_g", "text_encoders.clip_g.transformer.", "F16"),
            ("t5xxl", "text_encoders.t5xxl.transformer.", "F8_E4M3")]},
    },
    "z-image-turbo": {
        "template": "z-image-turbo",
        "files": {"diffusion_models/z_image_turbo_bf16.safetensors": [("z_image_turbo", "", "BF16")],
                  "vae/ae.safetensors": [("vae_kl16", "", "F32")], **QWEN3_4B},
    },
    "flux2-klein": {
        "template": "flux2-klein",
        "files": {"diffusion_models/flux-2-klein-4b-fp8.safetensors": [("flux2_klein_4b", "", "F8_E4M3")],
                  "vae/flux2-vae.safetensors": [("vae_flux2", "", "F32")], **QWEN3_4B},
    },
    "flux2-klein-bf16": {
        "template": "flux2-klein",
        "slots": {"model": "flux-2-klein-4b.safetensors"},
        "files": {"diffusion_models/flux-2-klein-4b.safetensors": [("flux2_klein_4b", "", "BF16")],
                  "vae/flux2-vae.safetensors": [("vae_flux2", "", "F32")], **QWEN3_4B},
    },
}


def expand(name):
    """The names that a name with {first-last} stands for."""
    found = re.search(r"\{(\d+)-(\d+)\}", name)
    if not found:
        return [name]
    numbers = range(int(found[1]), int(found[2]) + 1)
    return [whole for number in numbers for whole in expand(name[:found.start()] + str(number) + name[found.end():])]


def layout(name):
    """(key, shape) of each tensor."""
    folders = (ROOT / "bench" / "layouts", ROOT / "tests" / "inference" / "models" / "published")
    path = next(path for folder in folders if (path := folder / f"{name}.txt").exists())
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            key, shape = line.split()
            for whole in expand(key):
                yield whole, [] if shape == "-" else [int(size) for size in shape.split("x")]


def encode(values, kind):
    if kind == "F8_E4M3":  # the exponent's middle: nothing overflows and nothing is lost
        return bytes((value < 0) << 7 | random.randint(5, 8) << 3 | random.randint(0, 7) for value in values)
    if kind == "BF16":
        whole = struct.pack(f"<{len(values)}f", *values)
        return b"".join(whole[i + 2:i + 4] for i in range(0, len(whole), 4))
    return struct.pack(f"<{len(values)}{'e' if kind == 'F16' else 'f'}", *values)


class Values:
    """Random values of each type, made once."""

    def __init__(self):
        random.seed(1)
        self.values = [random.gauss(0, 0.02) for _ in range(POOL)]
        self.pools = {}

    def of(self, key, shape, kind):
        """Pieces that make up a tensor: norms pass through, biases add nothing, the rest is random."""
        count = 1
        for size in shape:
            count *= size
        if len(shape) <= 1 and not key.endswith("scale_weight") and not key.endswith("weight_scale"):
            grows = not key.endswith("bias") and not key.endswith("mean")
            yield encode([1.0 if grows else 0.0], kind) * count
            return
        if not shape:
            yield encode([0.02], kind)
            return
        if kind not in self.pools:
            self.pools[kind] = encode(self.values, kind)
        pool = self.pools[kind]
        left = count * BYTES[kind]
        while left > 0:
            yield pool[:left]
            left -= len(pool)


def is_product(key, shape):
    """Whether 8-bit releases store this weight in 8 bits."""
    return len(shape) == 2 and re.search(r"blocks?\.\d", key) and "bias" not in key


def tensors(parts):
    """(key, shape, type) of a file, and the layers that have scales."""
    listed, scaled = [], {}
    for name, prefix, kind in parts:
        for key, shape in layout(name):
            if kind != "F8_E4M3":
                listed.append((prefix + key, shape, kind))
            elif not is_product(key, shape):
                listed.append((prefix + key, shape, "BF16"))
            else:
                layer = (prefix + key).removesuffix(".weight")
                listed += [(prefix + key, shape, kind), (layer + ".weight_scale", [], "F32")]
                scaled[layer] = {"format": "float8_e4m3fn"}
    return listed, scaled


def write(path, parts, values):
    listed, scaled = tensors(parts)
    header, offset = {}, 0
    if scaled:
        header["__metadata__"] = {"_quantization_metadata": json.dumps({"format_version": "1.0", "layers": scaled})}
    for key, shape, kind in listed:
        size = BYTES[kind]
        for extent in shape:
            size *= extent
        header[key] = {"dtype": kind, "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for key, shape, kind in listed:
            for piece in values.of(key, shape, kind):
                file.write(piece)
    return path.stat().st_size


class MemoryWatch:
    """The largest anonymous and resident memory of a process, looked at five times a second."""

    def __init__(self, pid):
        self.status = pathlib.Path(f"/proc/{pid}/status")
        self.anonymous = self.resident = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.done.wait(0.2):
            try:
                rows = dict(re.findall(r"(\w+):\s+(\d+) kB", self.status.read_text()))
            except OSError:
                return
            self.anonymous = max(self.anonymous, int(rows["RssAnon"]) / 1e6)
            self.resident = max(self.resident, int(rows["VmRSS"]) / 1e6)

    def take(self):
        taken = f"{self.anonymous:.1f} GB anonymous, {self.resident:.1f} GB resident"
        self.anonymous = self.resident = 0
        return taken


def prompt_of(template, slots):
    record = json.loads((ROOT / "workflows" / "templates" / f"{template}.json").read_text())
    values = {**record["defaults"], **slots}

    def filled(node):
        if isinstance(node, dict):
            return {key: filled(value) for key, value in node.items()}
        if isinstance(node, list):
            return [filled(value) for value in node]
        slot = re.fullmatch(r"\$\{(\w+)\}", node) if isinstance(node, str) else None
        return values[slot[1]] if slot else node

    return filled(record["prompt"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", choices=PACKAGES)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=2, help="further steps that are timed")
    parser.add_argument("--keep", action="store_true", help="leave the files, and use those that are there")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "easel")
    parser.add_argument("--write-only", action="store_true", help="and do not run")
    parser.add_argument("options", nargs="*")
    args = parser.parse_args()
    package = PACKAGES[args.package]
    values = None
    for name, parts in package["files"].items():
        path = args.folder / "models" / name
        if not path.exists():
            values = values or Values()
            print(f"{name}: {write(path, parts, values) / 1e9:.2f} GB", flush=True)
    if args.write_only:
        return

    def prompt(**slots):
        return prompt_of(package["template"], {**package.get("slots", {}), "width": args.size, "height": args.size,
                                               "prompt": "a red circle", "seed": 1, "steps": 1, **slots})

    with tempfile.TemporaryDirectory() as base:
        (pathlib.Path(base) / "models").symlink_to((args.folder / "models").resolve())
        with Server(args.program, base, args.options) as server:
            watch = MemoryWatch(server.process.pid)
            runs = [("first picture, 1 step", prompt()), ("same prompt, another seed", prompt(seed=2)),
                    (f"{args.steps} further steps", prompt(seed=3, steps=1 + args.steps)),
                    ("another prompt", prompt(seed=4, prompt="a blue square"))]
            before = None
            for title, nodes in runs:
                took = seconds(server.url, nodes)
                each = f", {(took - before) / args.steps:.2f} s a step" if "further" in title and before else ""
                print(f"{title}: {took:.1f} s{each}, {watch.take()}", flush=True)
                before = took
            watch.done.set()
    if not args.keep:
        for name in package["files"]:
            (args.folder / "models" / name).unlink()


if __name__ == "__main__":
    main()

"""Measures how many pictures of a running server are what the prompt asks for.

    python evaluate.py --url http://127.0.0.1:8188 --count 200 --side 256 --json out.json
    python evaluate.py --self-test          # the judge on drawn pictures, no server

Every prompt is sent as a text-to-image workflow and judged from its pixels
alone: background colour, then for each object colour, shape, size and place.
`joint` counts pictures with everything right; `core` needs the background and
the colour and shape of every object.
"""

import argparse
import io
import json
import time
import urllib.parse
import urllib.request
import uuid

import numpy as np
from PIL import Image

import scenes
from judge import judge


def workflow(checkpoint, prompt, side, steps, cfg, seed, sampler, scheduler):
    return {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": checkpoint}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": prompt}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": ""}},
        "4": {"class_type": "EmptyLatentImage", "inputs": {"width": side, "height": side, "batch_size": 1}},
        "5": {"class_type": "KSampler", "inputs": {
            "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0],
            "seed": seed, "steps": steps, "cfg": cfg, "sampler_name": sampler, "scheduler": scheduler,
            "denoise": 1.0}},
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "demo-eval"}},
    }


class Server:
    def __init__(self, url):
        self.url = url.rstrip("/")
        self.client = uuid.uuid4().hex

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=600) as r:
            return r.read()

    def submit(self, graph):
        body = json.dumps({"prompt": graph, "client_id": self.client}).encode()
        request = urllib.request.Request(self.url + "/prompt", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as r:
            return json.loads(r.read())["prompt_id"]

    def picture(self, prompt_id, patience=900):
        """The first picture of a finished prompt, as RGB bytes."""
        deadline = time.time() + patience
        while time.time() < deadline:
            entry = json.loads(self.get("/history/" + prompt_id)).get(prompt_id)
            if entry and entry.get("status", {}).get("status_str") == "error":
                raise RuntimeError(json.dumps(entry["status"])[:2000])
            for output in (entry or {}).get("outputs", {}).values():
                for image in output.get("images", []):
                    data = self.get("/view?" + urllib.parse.urlencode(image))
                    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            time.sleep(0.05)
        raise TimeoutError(prompt_id)


def asked_scenes(count, seed, pair_share):
    """Reproducible scenes with a caption that names the background."""
    rng = np.random.default_rng(seed)
    out = []
    while len(out) < count:
        scene = scenes.random_scene(rng, pair_share)
        text = scenes.caption(rng, scene)
        if "background" in text:
            out.append((scene, text))
    return out


class Tally:
    """Right answers out of all, for each attribute."""

    def __init__(self):
        self.right, self.all = {}, {}

    def add(self, name, ok):
        self.right[name] = self.right.get(name, 0) + bool(ok)
        self.all[name] = self.all.get(name, 0) + 1

    def take(self, scene, verdict):
        found = verdict["objects"]
        told = scene["objects"]
        marks = {"count": [len(found) == len(told)], "background": [verdict["background"] == scene["background"]]}
        for i, o in enumerate(told):
            f = found[i] if i < len(found) else {}
            for field in ("colour", "shape", "size", "place"):
                marks.setdefault(field, []).append(f.get(field) == o[field])
        for name, values in marks.items():
            for ok in values:
                self.add(name, ok)
        core = all(all(marks[k]) for k in ("count", "background", "colour", "shape"))
        joint = all(all(v) for v in marks.values())
        self.add("core", core)
        self.add("joint", joint)
        kind = "one object" if len(told) == 1 else "two objects"
        self.add("core, " + kind, core)
        self.add("joint, " + kind, joint)
        return joint

    def percentages(self):
        return {k: round(100 * self.right[k] / self.all[k], 2) for k in self.all}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--url", default="http://127.0.0.1:8188")
    ap.add_argument("--checkpoint", default="easel-demo.safetensors")
    ap.add_argument("--count", type=int, default=200)
    ap.add_argument("--side", type=int, default=256)
    ap.add_argument("--steps", type=int, default=16)
    ap.add_argument("--cfg", type=float, default=5.0)
    ap.add_argument("--sampler", default="euler")
    ap.add_argument("--scheduler", default="normal")
    ap.add_argument("--seed", type=int, default=2024)
    ap.add_argument("--pairs", type=float, default=0.25, help="share of prompts with two objects")
    ap.add_argument("--json", help="write the figures and every verdict here")
    ap.add_argument("--keep", help="folder for the pictures that are not right")
    ap.add_argument("--self-test", action="store_true")
    args = ap.parse_args()

    asked = asked_scenes(args.count, args.seed, args.pairs)
    server = None if args.self_test else Server(args.url)
    waiting = []
    if server:
        for i, (scene, text) in enumerate(asked):
            waiting.append(server.submit(workflow(args.checkpoint, text, args.side, args.steps, args.cfg,
                                                  args.seed + i, args.sampler, args.scheduler)))
    tally, rows, start = Tally(), [], time.time()
    for i, (scene, text) in enumerate(asked):
        if server:
            picture = server.picture(waiting[i])
        else:
            picture = (scenes.render(scene, args.side) * 255).round().astype(np.uint8)
        verdict = judge(picture)
        right = tally.take(scene, verdict)
        rows.append({"prompt": text, "right": right, "scene": scene, "verdict": verdict})
        if not right and args.keep:
            Image.fromarray(picture).save(f"{args.keep}/{i:04d}.png")
        if not right:
            print(f"{i:4d} {text}\n     seen: {verdict}", flush=True)
    seconds = time.time() - start
    figures = tally.percentages()
    for name, value in figures.items():
        print(f"{name:20s} {value:6.2f} %   of {tally.all[name]}")
    print(f"{seconds:.1f} s for {args.count} pictures")
    if args.json:
        with open(args.json, "w") as f:
            json.dump({"settings": vars(args), "percent": figures, "of": tally.all,
                       "seconds": seconds, "pictures": rows}, f, indent=1)


if __name__ == "__main__":
    main()

"""Whether memory stays what it is while a server alternates between two models.

usage: alternate_models.py PROGRAM MODELS FIRST SECOND [--jobs 1000] [--max-ram GB] [--port N]

PROGRAM is easel, MODELS a models folder, FIRST and SECOND two of its checkpoints. Every job draws one picture of 64x64
pixels in one step with another seed. What the process has of its own (RssAnon) is printed as the jobs go by; the exit
status is 1 when it has grown by more than 16 MB between the second tenth of the jobs and the last, or is above the cap.
Standard library only.
"""
import argparse
import json
import pathlib
import re
import statistics
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scripts"))
import server_process  # noqa: E402

ALLOWED_GROWTH = 16  # MB


def picture(checkpoint, seed):
    return {
        "model": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": checkpoint}},
        "text": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["model", 1], "text": f"a circle, {seed}"}},
        "empty": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
        "draw": {
            "class_type": "KSampler",
            "inputs": {"model": ["model", 0], "positive": ["text", 0], "negative": ["text", 0], "seed": seed,
                       "latent_image": ["empty", 0], "steps": 1, "cfg": 2.0, "sampler_name": "euler",
                       "scheduler": "normal", "denoise": 1.0},
        },
        "decode": {"class_type": "VAEDecode", "inputs": {"samples": ["draw", 0], "vae": ["model", 2]}},
        "show": {"class_type": "PreviewImage", "inputs": {"images": ["decode", 0]}},
    }


def call(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "application/json"})) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def own_memory(pid):
    """MB of the process that are no pages of files."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) / 1024


def run(server, args):
    """Memory in MB after every job."""
    sizes = []
    for job in range(args.jobs):
        prompt = picture([args.first, args.second][job % 2], job)
        prompt_id = call(server.url + "/prompt", {"prompt": prompt})["prompt_id"]
        while prompt_id not in (entry := call(f"{server.url}/history/{prompt_id}")):
            time.sleep(0.005)
        if entry[prompt_id]["status"]["status_str"] != "success":
            raise SystemExit(f"job {job} failed: {entry[prompt_id]['status']}")
        sizes.append(own_memory(server.process.pid))
        if (job + 1) % max(args.jobs // 10, 1) == 0:
            print(f"{job + 1:>6} jobs {sizes[-1]:>8.1f} MB", flush=True)
    return sizes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("models")
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--max-ram", type=float)
    parser.add_argument("--port", type=int)
    args = parser.parse_args()
    options = ["--models-directory", args.models]
    if args.max_ram:
        options += ["--max-ram", str(args.max_ram)]
    with tempfile.TemporaryDirectory() as base:
        with server_process.Server(args.program, base, options, args.port) as server:
            sizes = run(server, args)
    tenth = max(args.jobs // 10, 1)
    growth = statistics.median(sizes[-tenth:]) - statistics.median(sizes[tenth:2 * tenth])
    print(f"growth {growth:.1f} MB, peak {max(sizes):.1f} MB")
    return int(growth > ALLOWED_GROWTH or (args.max_ram is not None and max(sizes) > args.max_ram * 1024))


if __name__ == "__main__":
    sys.exit(main())

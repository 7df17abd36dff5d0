"""How near a whole sampling step comes to what the processor can multiply.

usage: steps.py CHECKPOINT [--size 256 512] [--rounds 3] [-- easel options]

CHECKPOINT is an SD1.5 checkpoint of real size (../shared/bench/make_checkpoint.py writes one with random weights). For
each size: seconds per step (cfg 7, euler), GFLOP/s, seconds of VAE decoding and the peak of the resident memory; and the
best GFLOP/s of a product of 2048 x 2048 x 2048 in the same run, where <build>/bin/bench_inference is built (`ninja bench`).
Standard library only.
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from server_process import Server  # noqa: E402

# Multiplications and additions of one step with two conditions, in units of 10^9, counted on the network's products.
STEP_GFLOP = {256: 360.2, 512: 1606.5, 768: 4296.2, 1024: 9348.0}


def prompt(size, steps, seed, decodes):
    nodes = {
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "bench.safetensors"}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": size, "height": size, "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red circle", "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "bad", "clip": ["4", 1]}},
        "3": {"class_type": "KSampler", "inputs": {
            "seed": seed, "steps": steps, "cfg": 7, "sampler_name": "euler", "scheduler": "normal", "denoise": 1,
            "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
        "9": {"class_type": "SaveLatent", "inputs": {"samples": ["3", 0], "filename_prefix": "bench"}},
    }
    if decodes:
        nodes["8"] = {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}}
        nodes["9"] = {"class_type": "PreviewImage", "inputs": {"images": ["8", 0]}}
    return nodes


def ask(url, path, body=None):
    request = urllib.request.Request(url + path, json.dumps(body).encode() if body else None,
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as reply:
        return json.load(reply)


def seconds(url, nodes):
    begin = time.monotonic()
    job = ask(url, "/prompt", {"prompt": nodes})["prompt_id"]
    while not (record := ask(url, f"/history/{job}")):
        time.sleep(0.01)
    status = record[job]["status"]
    if status["status_str"] != "success":
        raise SystemExit(f"the prompt failed: {status}")
    return time.monotonic() - begin


def peak_mib(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", text)[1]) / 1024


def gemm_peak():
    program = next(iter(sorted(ROOT.glob("build/*/bin/bench_inference"))), None)
    if program is None:
        return None
    reply = subprocess.run([program, "--benchmark_filter=^product.*2048.*2048.*2048", "--benchmark_format=json"],
                           capture_output=True, text=True, check=True)
    return max(row.get("FLOP/s", 0) for row in json.loads(reply.stdout)["benchmarks"]) / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("--size", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("options", nargs="*")
    args = parser.parse_args()
    peak = gemm_peak()
    print(f"product of 2048 x 2048 x 2048: {peak:.0f} GFLOP/s" if peak else "bench_inference is not built: no peak")
    with tempfile.TemporaryDirectory() as base:
        models = pathlib.Path(base) / "models" / "checkpoints"
        models.mkdir(parents=True)
        (models / "bench.safetensors").symlink_to(args.checkpoint.resolve())
        with Server(ROOT / "build" / "release" / "bin" / "easel", base, args.options) as server:
            print(f"load and first step at 256: {seconds(server.url, prompt(256, 1, 0, False)):.1f} s")
            seed = 0
            for size in args.size:
                steps, decodes = [], []
                for _ in range(args.rounds):
                    seed += 1
                    few = seconds(server.url, prompt(size, 1, seed, False))
                    many = seconds(server.url, prompt(size, 4, seed, False))
                    decodes.append(seconds(server.url, prompt(size, 4, seed, True)))
                    steps.append((many - few) / 3)
                step = statistics.median(steps)
                line = f"{size}: {step:.2f} s a step, decoding {statistics.median(decodes):.2f} s"
                if size in STEP_GFLOP:
                    rate = STEP_GFLOP[size] / step
                    line += f", {rate:.0f} GFLOP/s" + (f" ({100 * rate / peak:.0f} % of the peak)" if peak else "")
                print(line + f", peak memory {peak_mib(server.process.pid):.0f} MiB", flush=True)


if __name__ == "__main__":
    main()

"""The same model in several programs, in turns on one machine: seconds per step, of VAE decoding and to the first step.

usage: compare_models.py CHECKPOINT --server NAME=COMMAND ... [--sdcpp PYTHON] [--size 256 512] [--rounds 3] [--json FILE]

CHECKPOINT is an SD1.5 checkpoint of real size (../shared/bench/make_checkpoint.py writes one with random weights).
COMMAND starts a server with ComfyUI's API; {port} and {base}, its folder with the checkpoint, are replaced. PYTHON is an
interpreter with stable-diffusion-cpp-python. Everything runs at the same time, but only one computes: in every round each
one in turn does, for each size, one step, then four, then the decoding of these (cfg 7, euler). Figures are medians, and
ratios are to the first server's. Standard library only.
"""
import argparse
import contextlib
import json
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from server_process import free_port  # noqa: E402
from steps import peak_mib, prompt, seconds  # noqa: E402


class ServerSide:
    def __init__(self, name, command, base):
        port = free_port()
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(shlex.split(command.format(port=port, base=base)), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            if self.process.poll() is not None:
                raise SystemExit(f"{name}: the server ended with {self.process.returncode}")
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(self.url + "/queue", timeout=5).close()
                break
            time.sleep(0.05)

    def first(self):
        return seconds(self.url, prompt(256, 1, 0, False))

    def measure(self, size, seed):
        few = seconds(self.url, prompt(size, 1, seed, False))
        many = seconds(self.url, prompt(size, 4, seed, False))
        return {"step": (many - few) / 3, "decoding": seconds(self.url, prompt(size, 4, seed, True))}


class StableDiffusionCpp:
    name = "stable-diffusion.cpp"

    def __init__(self, python, checkpoint):
        worker = pathlib.Path(__file__).with_name("sdcpp_worker.py")
        self.process = subprocess.Popen([python, worker, checkpoint], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        for line in self.process.stdout:  # the library prints too
            if line.startswith("{"):
                return json.loads(line)
        raise SystemExit(f"{self.name}: the worker ended with {self.process.wait()}")

    def first(self):
        return self.ask("first", 256)["first"]

    def measure(self, size, seed):
        return self.ask("run", size, seed)


def stop(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("--server", action="append", required=True, metavar="NAME=COMMAND")
    parser.add_argument("--sdcpp", metavar="PYTHON")
    parser.add_argument("--size", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    checkpoint = args.checkpoint.resolve()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        sides, figures = [], {}
        for server in args.server:
            name, _, command = server.partition("=")
            base = pathlib.Path(folder) / name
            (base / "models" / "checkpoints").mkdir(parents=True)
            (base / "custom_nodes").mkdir()
            (base / "models" / "checkpoints" / "bench.safetensors").symlink_to(checkpoint)
            sides.append(ServerSide(name, command, base))
            stack.callback(stop, sides[-1].process)
        if args.sdcpp:
            sides.append(StableDiffusionCpp(args.sdcpp, checkpoint))
            stack.callback(stop, sides[-1].process)
        for side in sides:
            figures[side.name] = {"load and first step, s": [side.first()]}
        for turn in range(args.rounds):
            for size in args.size:
                for side in sides:
                    for what, value in side.measure(size, turn + 1).items():
                        figures[side.name].setdefault(f"{what} at {size}, s", []).append(value)
        for side in sides:
            figures[side.name]["peak memory, MiB"] = [peak_mib(side.process.pid)]
    medians = {name: {row: statistics.median(values) for row, values in rows.items()} for name, rows in figures.items()}
    first = sides[0].name
    print(f"{'':26}" + "".join(f"{name:>24}" for name in medians))
    for row, mine in medians[first].items():
        cells = [f"{rows[row]:.2f} ({rows[row] / mine:.2f})" for rows in medians.values()]
        print(f"{row:26}" + "".join(f"{cell:>24}" for cell in cells))
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Records what ComfyUI makes of the cases in this folder, into reference/<case>/.

    record.py [--case GLOB[,GLOB...]] [--missing-only] [--pack FOLDER] [--port 8199] [--scratch build/parity-record]

Needs ../shared/parity and a ComfyUI that ../shared/reference/setup.sh installed (or one whose `run PORT [options]` script
the variable COMFY_RUN names). ComfyUI computes in float32 on the CPU, with the node pack tiny_families/ and the kit's, which
let it load small sizes.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
KIT = ROOT.parent / "shared" / "parity"
sys.path[:0] = [str(ROOT / "scripts"), str(HERE)]

from cases import case_files, forge_models, gather_inputs  # noqa: E402
from server_process import scratch_base  # noqa: E402

FLOAT32 = ["--force-fp32", "--fp32-unet", "--fp32-vae", "--fp32-text-enc"]


def wait_for(url, process, seconds=180):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url + "/queue", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("ComfyUI did not start; see comfyui.log in the scratch folder")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", default="*")
    parser.add_argument("--missing-only", action="store_true")
    parser.add_argument("--port", type=int, default=8199)
    parser.add_argument("--pack", type=pathlib.Path, action="append", default=[], help="a node pack that cases need")
    parser.add_argument("--scratch", type=pathlib.Path, default=ROOT / "build/parity-record")
    arguments = parser.parse_args()
    run = os.environ.get("COMFY_RUN", os.path.expanduser("~/.cache/comfy-reference/run"))

    chosen = case_files(arguments.case)
    options = {tuple(case.get("reference_options", [])) for case in chosen}
    if len(options) != 1:
        raise SystemExit("record.py: cases with the same reference_options can be recorded together; name them with --case")
    base = scratch_base(arguments.scratch.resolve() / "base")
    models = arguments.scratch.resolve() / "models"
    forge_models([case["prompt"] for case in chosen], models)
    (base / "models").symlink_to(models)
    (base / "custom_nodes").mkdir()
    (base / "custom_nodes" / "tiny_families").symlink_to(HERE / "tiny_families")
    for pack in arguments.pack:
        (base / "custom_nodes" / pack.name).symlink_to(pack.resolve())
    inputs = gather_inputs(base / "upload")
    for folder in ("input", "output", "temp", "user"):
        (base / folder).mkdir()

    url = f"http://127.0.0.1:{arguments.port}"
    with (base / "comfyui.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen([run, str(arguments.port), "--base-directory", str(base), *FLOAT32,
                                *options.pop()],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_for(url, process)
            missing = ["--missing-only"] if arguments.missing_only else []
            return subprocess.run([sys.executable, "-B", str(KIT / "parity.py"), "--url", url, "--record", *missing,
                                   "--cases", str(HERE / "cases"), "--reference", str(HERE / "reference"),
                                   "--inputs", str(inputs), "--case", arguments.case]).returncode
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())

"""Fetches torch's wheel with pip and keeps what a C++ program needs of it: headers, libraries and the licence.

    fetch_libtorch.py VERSION cpu|cuda TARGET

The CPU build is asked for first; an index that has only the CUDA build serves as well. That one's CPU library wants two
small CUDA libraries, which are fetched too; all the others only for `cuda`.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

CPU_LIBRARIES = re.compile(r"torch/lib/lib(c10|torch_cpu|gomp[^/]*)\.so[.\d]*$")
# caffe2_nvrtc is loaded by the first operation whose kernel is compiled when it is needed.
CUDA_LIBRARIES = re.compile(r"torch/lib/lib(c10_cuda|caffe2_nvrtc|torch_cuda[^/]*|torch_nvshmem)\.so[.\d]*$")
TEXTS = re.compile(r"torch/version\.py$|torch-[^/]*\.dist-info/(METADATA|.*(LICENSE|NOTICE)[^/]*)$")
# What the CUDA build's libtorch_cpu.so is linked with: the run-time library and the profiler's.
CUDA_PARTS_OF_CPU = ("cudart", "cupti")


def pip(*arguments):
    """Runs this interpreter's pip; true when it succeeded."""
    return subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]).returncode == 0


def download(version, device, folder):
    """The path of the wheel, or None when no index has it."""
    if device == "cpu":
        wanted = [f"torch=={version}+cpu", f"torch=={version}"]
    else:  # where an index has both builds, pip prefers the one with a longer name
        wanted = [f"torch=={version},!={version}+cpu"]
    for requirement in wanted:
        # pip's complaint about a build that this index does not offer is expected for all but the last.
        quiet = ["-qqq"] if requirement != wanted[-1] else ["-qq"]
        if pip("download", *quiet, "--no-deps", "--only-binary", ":all:", "-d", str(folder), requirement):
            return next(folder.glob("torch-*.whl"))
    return None


def unpack(wheel, device, target):
    """Copies the wanted files out of the wheel and returns its METADATA."""
    metadata = ""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            keep = name.startswith("torch/include/") or CPU_LIBRARIES.match(name) or TEXTS.match(name)
            if keep or (device == "cuda" and CUDA_LIBRARIES.match(name)):
                archive.extract(name, target)
            if name.endswith(".dist-info/METADATA"):
                metadata = archive.read(name).decode()
    return metadata


def cuda_requirements(metadata, device):
    """The CUDA packages that the wheel asks for: all of them, or the parts that the CPU library links."""
    found = []
    for line in re.findall(r"^Requires-Dist: (.*)$", metadata, re.MULTILINE):
        requirement = line.split(";")[0].strip()
        toolkit = re.match(r"cuda-toolkit\[[^]]*\](.*)", requirement)
        if toolkit and device == "cpu":
            found.append(f"cuda-toolkit[{','.join(CUDA_PARTS_OF_CPU)}]{toolkit[1]}")
        elif device == "cuda" and (toolkit or requirement.startswith("nvidia-")):
            found.append(requirement)
    return found


def main():
    version, device, target = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="libtorch-") as scratch:
        scratch = pathlib.Path(scratch)
        wheel = download(version, device, scratch)
        if wheel is None:
            return 1
        unpacked = scratch / "unpacked"
        requirements = cuda_requirements(unpack(wheel, device, unpacked), device)
        if requirements and not pip("install", "-qq", "--target", str(unpacked), *requirements):
            return 1
        if not (unpacked / "torch/lib/libtorch_cpu.so").exists():
            print(f"{wheel.name} holds no torch/lib/libtorch_cpu.so", file=sys.stderr)
            return 1
        shutil.rmtree(target, ignore_errors=True)
        unpacked.rename(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())

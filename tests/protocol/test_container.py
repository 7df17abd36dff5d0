"""The container image, made of the program that was built, on a Debian that debootstrap makes: a public registry is not
needed. Skipped where buildah, debootstrap or the rights for them are missing."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import time

import pytest
import requests

from api import picture, run, solid
from conftest import ROOT
from server_process import free_port

BUILD_TOOLS = ("buildah", "debootstrap", "cmake")
LENT = ("/etc/apt/sources.list", "/etc/apt/sources.list.d", "/etc/apt/apt.conf.d", "/etc/ssl/certs/ca-certificates.crt")


class Buildah:
    """Keeps images apart from those of the machine. Without namespaces of its own, so that it works inside of others."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = dict(os.environ, BUILDAH_ISOLATION="chroot")

    def command(self, *arguments):
        storage = ["--root", self.folder / "images", "--runroot", self.folder / "run"]
        return ["buildah", *map(str, storage), *map(str, arguments)]

    def __call__(self, *arguments):
        done = subprocess.run(self.command(*arguments), env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout.strip()


def package_archive():
    """Where this machine has its Debian packages from."""
    for file in [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*debian*")]:
        for line in file.read_text().splitlines() if file.exists() else []:
            words = line.split()
            if len(words) > 1 and words[0] in ("URIs:", "deb"):
                return [word for word in words if word.startswith(("http", "file"))][:1]
    return []


def make_base(buildah):
    """An image of a bare bookworm with the package sources of this machine."""
    if "easel-base" in buildah("images", "--format", "{{.Name}}"):
        return
    container = buildah("from", "scratch")
    root = pathlib.Path(buildah("mount", container))
    made = subprocess.run(["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", root,
                           *package_archive()], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"debootstrap could not make a Debian: {made.stdout[-300:]}")
    for source in map(pathlib.Path, LENT):
        target = root / source.relative_to("/")
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy(source, target)
    buildah("unmount", container)
    buildah("commit", "--rm", container, "easel-base")


@pytest.fixture(scope="module")
def image(program):
    """The name of the image, and the tool that has it."""
    missing = [tool for tool in BUILD_TOOLS if not shutil.which(tool)]
    if missing or os.geteuid() != 0:
        pytest.skip(f"making an image needs root and {', '.join(missing or BUILD_TOOLS)}")
    build = program.parents[1]
    if not (build / "cmake_install.cmake").exists():
        pytest.skip("the program is not in a build folder")
    buildah = Buildah(build / "container")
    probe = subprocess.run(buildah.command("from", "--name", "easel-probe", "scratch"), capture_output=True, text=True)
    if probe.returncode != 0:
        pytest.skip(f"buildah does not work here: {probe.stderr[-300:]}")
    buildah("rm", "easel-probe")
    make_base(buildah)
    context = build / "container/context"
    subprocess.run([ROOT / "docker/prebuilt.sh", build, context], check=True)
    buildah("build", "--layers", "--format", "docker", "--target", "prebuilt", "--build-arg", "BASE=localhost/easel-base",
            "-f", ROOT / "docker/Dockerfile", "-t", "easel", context)
    shutil.rmtree(context)
    return buildah, "easel"


class Container:
    """A running container of the image, with its port on this machine."""

    def __init__(self, buildah, image, data):
        self.buildah, self.port = buildah, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.name = buildah("from", image)
        # Apart from the image's own volumes: buildah without namespaces mounts those over what is given for them.
        self.process = subprocess.Popen(
            buildah.command("run", f"--volume={data}:/mounted", self.name, "--", "easel", "serve", "--listen", "127.0.0.1",
                            "--port", self.port, "--base-directory", "/mounted"),
            env=buildah.environment, stdout=subprocess.DEVNULL, stderr=(data / "log").open("w"))
        self.log = data / "log"

    def inside(self, *command):
        return self.buildah("run", self.name, "--", *command)

    def wait(self):
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(self.url + "/ready", timeout=5).status_code == 200:
                    return self
            time.sleep(0.2)
        raise AssertionError(f"the container is not ready: {self.log.read_text()[-2000:]}")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.buildah("rm", self.name)


@pytest.fixture(scope="module")
def container(image, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    for folder in ("output", "user", "models/checkpoints"):
        (data / folder).mkdir(parents=True)
    (data / "models/checkpoints/mounted.safetensors").write_bytes(b"x")
    for folder in (data, data / "output", data / "user"):
        folder.chmod(0o777)
    running = Container(*image, data)
    running.data = data
    try:
        yield running.wait()
    finally:
        running.stop()


def test_a_container_runs_a_workflow(container):
    entry = run(container, solid(0x336699, "boxed"))
    assert entry["status"]["status_str"] == "success"
    saved = container.data / "output/boxed_00001_.png"
    assert picture(saved.read_bytes()).getpixel((0, 0)) == (0x33, 0x66, 0x99)
    shown = requests.get(container.url + "/view?filename=boxed_00001_.png", timeout=30)
    assert shown.content == saved.read_bytes()


def test_its_models_are_those_of_the_volume(container):
    assert requests.get(container.url + "/models/checkpoints", timeout=30).json() == ["mounted.safetensors"]


def test_it_runs_without_rights(container):
    saved = container.data / "user/easel.db"
    assert saved.stat().st_uid == 1000
    assert container.inside("id", "-u") == "1000"


def test_it_needs_nothing_of_the_source_tree(container):
    loaded = container.inside("bash", "-c", "for f in /opt/easel/bin/easel /opt/easel/lib/*.so; do ldd $f; done")
    assert "not found" not in loaded
    assert str(ROOT) not in loaded


def test_it_says_how_to_tell_whether_it_is_healthy(image):
    buildah, name = image
    described = buildah("inspect", "--type", "image", name)
    for part in ('"Healthcheck"', "/health", '"User": "easel"', "8188/tcp", "/data/models", "SIGTERM"):
        assert part in described, part

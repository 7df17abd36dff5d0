"""A disk that fills up under the queue's database: nothing ends, nothing is lost, and work goes on when there is room."""

import contextlib
import errno
import subprocess
import time

import pytest
import requests

from api import post, solid, wait_for


@pytest.fixture
def small_disk(tmp_path):
    """The folder of a file system of eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no small file system can be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def filled(folder):
    """No room in the folder inside."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC
    yield
    ballast.unlink()


def ready(server):
    return requests.get(server.url + "/ready", timeout=10)


def until(question, seconds=60):
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_jobs_end_waits_for_room(start, small_disk):
    with start("--database", str(small_disk / "easel.db")) as server:
        until(lambda: ready(server).status_code == 200)
        long = post(server, solid(width=4096, height=4096)).json()["prompt_id"]
        until(lambda: requests.get(server.url + "/queue", timeout=10).json()["queue_running"])
        with filled(small_disk):
            until(lambda: ready(server).status_code == 503)
            assert "disk" in ready(server).json()["database"]
            refused = post(server, solid())
            assert refused.status_code == 503
            assert "is the disk full" in refused.text
        assert wait_for(server, long)["status"]["status_str"] == "success"
        until(lambda: ready(server).status_code == 200)
        after = post(server, solid(color=0x00FF00)).json()["prompt_id"]
        assert wait_for(server, after)["status"]["status_str"] == "success"

"""The project's own black-box tests: every server is the program of --program, with a base folder of its own."""

import pathlib
import shutil
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from server_process import Server  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--program", type=pathlib.Path, default=ROOT / "build/release/bin/easel")


@pytest.fixture(scope="session")
def program(request):
    return request.config.getoption("--program").resolve()


@pytest.fixture(scope="session")
def start(program, tmp_path_factory):
    """start(options..., base=folder): a context manager of a server."""

    def make(*options, base=None):
        return Server(program, base or tmp_path_factory.mktemp("base"), options)

    return make


@pytest.fixture(scope="module")
def server(start):
    """One server for the tests of a file, without flags."""
    with start() as running:
        yield running


@pytest.fixture(scope="session")
def clients():
    """The folder of client programs that the set-up script installs."""
    return ROOT / ".deps/clients"


def tool(path):
    """A program that the tests need; skips where it is missing."""
    found = shutil.which(path)
    if not found:
        pytest.skip(f"there is no {path}; scripts/setup.sh installs it")
    return found

"""Symbolic links that lead out of the folders in which clients name files."""

import json
import shutil

import pytest
import requests

from api import picture, png, post, run, solid

KINDS = ("input", "output", "temp")


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A folder of files that no client is to reach."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "secret.png").write_bytes(png("blue"))
    (folder / "secret.json").write_text('{"secret": true}')
    return folder


def linked_base(folder, outside):
    """A base folder whose folders hold links out, and links that stay inside."""
    for kind in (*KINDS, "user/default/workflows"):
        inner = folder / kind
        inner.mkdir(parents=True)
        (inner / "out").symlink_to(outside)
        (inner / "out.png").symlink_to(outside / "secret.png")
        (inner / "nothing.png").symlink_to(outside / "made.png")
        (inner / "real").mkdir()
        (inner / "real/own.png").write_bytes(png("red"))
        (inner / "in").symlink_to("real")
    models = folder / "models/checkpoints"
    models.mkdir(parents=True)
    (models / "disk").symlink_to(outside)
    shutil.copy(outside / "secret.json", outside / "big.safetensors")
    return folder


@pytest.fixture(scope="module")
def strict(start, outside, tmp_path_factory):
    with start(base=linked_base(tmp_path_factory.mktemp("strict"), outside)) as server:
        yield server


@pytest.fixture(scope="module")
def lenient(start, outside, tmp_path_factory):
    base = linked_base(tmp_path_factory.mktemp("lenient"), outside)
    with start("--allow-outside-links", base=base) as server:
        yield server


def view(server, **parameters):
    return requests.get(server.url + "/view", params=parameters, timeout=10)


def upload(server, name, subfolder="", route="image", **fields):
    return requests.post(f"{server.url}/upload/{route}", files={"image": (name, png("green"))},
                         data={"subfolder": subfolder, **fields}, timeout=10)


def load(name):
    return {"1": {"class_type": "LoadImage", "inputs": {"image": name}},
            "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}


@pytest.mark.parametrize("kind", KINDS)
def test_view_refuses_what_lies_outside(strict, kind):
    assert view(strict, filename="out.png", type=kind).status_code == 403
    assert view(strict, filename="secret.png", type=kind, subfolder="out").status_code == 403
    assert view(strict, filename="secret.png", type=kind, subfolder="in/../out").status_code == 403
    assert view(strict, filename="out.png", type=kind, preview="webp;80").status_code == 403
    assert view(strict, filename="own.png", type=kind, subfolder="in").status_code == 200


def test_uploads_do_not_write_outside(strict, outside):
    before = sorted(outside.iterdir())
    assert upload(strict, "new.png", "out").status_code == 400
    assert upload(strict, "out.png", overwrite="true").status_code == 400
    assert upload(strict, "nothing.png", overwrite="true").status_code == 400
    assert upload(strict, "new.png", "out/deeper").status_code == 400
    reference = json.dumps({"filename": "out.png", "type": "input"})
    assert upload(strict, "mask.png", route="mask", original_ref=reference).status_code in (400, 403)
    assert sorted(outside.iterdir()) == before
    assert upload(strict, "new.png", "in").json() == {"name": "new.png", "subfolder": "in", "type": "input"}
    assert (strict.base / "input/real/new.png").exists()


def test_nodes_do_not_read_outside(strict):
    for name in ("out.png", "out/secret.png", "out/secret.png [input]", "out.png [output]", "nothing.png"):
        answer = post(strict, load(name))
        assert answer.status_code == 400, name
        assert "Invalid image file" in answer.text
    assert run(strict, load("in/own.png"))["status"]["status_str"] == "success"


def test_nodes_do_not_write_outside(strict, outside):
    before = sorted(outside.iterdir())
    entry = run(strict, solid(prefix="out/picture"))
    assert entry["status"]["status_str"] == "error"
    assert "outside the output folder" in json.dumps(entry["status"]["messages"])
    assert sorted(outside.iterdir()) == before
    assert run(strict, solid(prefix="in/picture"))["status"]["status_str"] == "success"


def test_user_files_stay_inside(strict, outside):
    before = sorted(outside.iterdir())
    url = strict.url + "/userdata/"
    assert requests.get(url + "workflows%2Fout%2Fsecret.json", timeout=10).status_code == 403
    assert requests.get(url + "workflows%2Fout.png", timeout=10).status_code == 403
    assert requests.post(url + "workflows%2Fout%2Fnew.json", data="{}", timeout=10).status_code == 403
    assert requests.post(url + "workflows%2Fnothing.png", data="{}", timeout=10).status_code == 403
    assert requests.delete(url + "workflows%2Fout%2Fsecret.json", timeout=10).status_code == 403
    move = url + "workflows%2Freal%2Fown.png/move/workflows%2Fout%2Fown.png"
    assert requests.post(move, timeout=10).status_code == 403
    assert requests.get(strict.url + "/userdata?dir=workflows%2Fout", timeout=10).status_code == 403
    assert sorted(outside.iterdir()) == before


def test_what_cannot_be_reached_is_not_listed(strict):
    listed = requests.get(strict.url + "/userdata?dir=workflows&recurse=true", timeout=10).json()
    assert listed == ["real/own.png"]
    shown = requests.get(strict.url + "/v2/userdata?path=workflows", timeout=10).json()
    assert not [row for row in shown if "out" in row["name"]]
    assert requests.get(strict.url + "/internal/files/output", timeout=10).json() == []
    combo = requests.get(strict.url + "/object_info/LoadImage", timeout=10).json()
    assert "out.png" not in json.dumps(combo["LoadImage"]["input"]["required"]["image"])


def test_model_folders_may_be_linked(strict):
    assert "disk/big.safetensors" in requests.get(strict.url + "/models/checkpoints", timeout=10).json()


def test_a_flag_allows_links_that_lead_out(lenient, outside):
    answer = view(lenient, filename="secret.png", subfolder="out", type="input")
    assert answer.status_code == 200
    assert picture(answer.content).getpixel((0, 0)) == (0, 0, 255)
    assert run(lenient, load("out/secret.png"))["status"]["status_str"] == "success"
    assert run(lenient, solid(prefix="out/allowed"))["status"]["status_str"] == "success"
    assert (outside / "allowed_00001_.png").exists()
    assert upload(lenient, "uploaded.png", "out").status_code == 200
    assert (outside / "uploaded.png").exists()
    saved = requests.get(lenient.url + "/userdata/workflows%2Fout%2Fsecret.json", timeout=10)
    assert saved.json() == {"secret": True}
    assert view(lenient, filename="secret.png", subfolder="../..").status_code == 403

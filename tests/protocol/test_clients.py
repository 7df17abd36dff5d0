"""Programs of other people, as they come: each queues a prompt, follows it and gets the picture."""

import base64
import json
import os
import pathlib
import subprocess

import pytest

from api import picture, solid
from conftest import tool

HERE = pathlib.Path(__file__).parent


def run_program(command, home, ends_well=True):
    """What it printed last, as JSON. Without telemetry: nothing outside this machine is asked."""
    environment = dict(os.environ, HOME=str(home), DO_NOT_TRACK="1", COMFY_NO_TELEMETRY="1", COMFY_NO_UPDATE_CHECK="1")
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode == 0) == ends_well, done.stdout + done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture
def comfy(clients, server, tmp_path):
    program = clients / "venv/bin/comfy"
    if not program.exists():
        pytest.skip("there is no comfy-cli; scripts/setup.sh installs it")

    def call(*arguments, at_server=True, ends_well=True):
        where = ["--host", "127.0.0.1", "--port", str(server.port)] if at_server else []
        command = [program, "--skip-prompt", "--json", *arguments, "--where", "local", *where]
        return run_program(command, tmp_path, ends_well)

    return call


def test_comfy_cli_runs_a_workflow_and_gets_its_picture(comfy, server, tmp_path):
    (tmp_path / "workflow.json").write_text(json.dumps(solid(0x123456, "cli")))
    done = comfy("run", "--workflow", "workflow.json", "--wait", "--timeout", "60")
    assert done["ok"], done
    assert done["data"]["status"] == "completed"
    assert done["data"]["executed_node_ids"] == ["1", "2"]
    kept = comfy("download", done["data"]["prompt_id"], "--out-dir", "pictures", at_server=False)
    assert kept["ok"], kept
    files = list((tmp_path / "pictures").rglob("*.png"))
    assert len(files) == 1
    assert picture(files[0].read_bytes()).getpixel((0, 0)) == (0x12, 0x34, 0x56)


def test_comfy_cli_converts_a_saved_workflow(comfy, tmp_path):
    """It reads /object_info and turns the frontend's format into a prompt by itself."""
    nodes = [
        {"id": 1, "type": "EmptyImage", "pos": [0, 0], "size": [200, 100], "flags": {}, "order": 0, "mode": 0,
         "inputs": [], "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [1]}], "properties": {},
         "widgets_values": [24, 16, 1, 255]},
        {"id": 2, "type": "SaveImage", "pos": [300, 0], "size": [200, 100], "flags": {}, "order": 1, "mode": 0,
         "inputs": [{"name": "images", "type": "IMAGE", "link": 1}], "outputs": [], "properties": {},
         "widgets_values": ["saved"]},
    ]
    workflow = {"last_node_id": 2, "last_link_id": 1, "nodes": nodes, "links": [[1, 1, 0, 2, 0, "IMAGE"]], "groups": [],
                "config": {}, "extra": {}, "version": 0.4}
    (tmp_path / "saved.json").write_text(json.dumps(workflow))
    done = comfy("run", "--workflow", "saved.json", "--wait", "--timeout", "60")
    assert done["ok"], done
    assert len(done["data"]["outputs"]) == 1


def test_comfy_cli_names_what_is_wrong_with_a_prompt(comfy, tmp_path):
    prompt = solid()
    prompt["1"]["inputs"]["width"] = -5
    (tmp_path / "bad.json").write_text(json.dumps(prompt))
    failed = comfy("run", "--workflow", "bad.json", "--wait", "--timeout", "60", ends_well=False)
    assert not failed["ok"]
    assert "width" in json.dumps(failed["error"])


def test_comfyui_sdk_runs_a_prompt_and_gets_its_picture(clients, server, tmp_path):
    node = tool("node")
    if not (clients / "node/node_modules/@saintno/comfyui-sdk").is_dir():
        pytest.skip("there is no @saintno/comfyui-sdk; scripts/setup.sh installs it")
    done = run_program([node, HERE / "run_with_sdk.mjs", clients / "node", server.url], tmp_path)
    assert done["heard"][0] == "pending" and done["heard"][-1] == "finished", done["heard"]
    assert "output images" in done["heard"]
    assert done["nodes"] > 100
    assert done["type"] == "image/png"
    image = picture(base64.b64decode(done["picture"]))
    assert image.size == (40, 24)
    red, green, blue = image.getpixel((20, 12))
    assert (red, blue) == (0, 0) and green > 250  # blurred and scaled

"""The order of messages, and numbers that JSON has not."""

import json
import struct
import time

import pytest
import requests

from api import connect, picture, post, run, solid, wait_for

PREVIEW, PREVIEW_WITH_METADATA = 1, 4


def shown_on_socket(color):
    return {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 16, "height": 16, "batch_size": 2, "color": color}},
        "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}},
    }


def heard(server, features, color):
    """Types of the messages of one prompt, binary ones by number."""
    socket, client_id = connect(server, features)
    try:
        prompt_id = post(server, shown_on_socket(color), client_id=client_id).json()["prompt_id"]
        kinds = []
        while True:
            message = socket.recv()
            if isinstance(message, bytes):
                kinds.append(struct.unpack(">I", message[:4])[0])
                continue
            message = json.loads(message)
            kinds.append(message["type"])
            if message["type"] == "execution_success" and message["data"]["prompt_id"] == prompt_id:
                return kinds
    finally:
        socket.close()


@pytest.fixture(scope="module", autouse=True)
def needs_the_node(server):
    if not requests.get(server.url + "/object_info/SaveImageWebsocket", timeout=30).json():
        pytest.skip("there is no SaveImageWebsocket")


def test_a_picture_with_metadata_comes_before_its_step(server):
    kinds = heard(server, {"supports_preview_metadata": True}, 1)
    steps = [kind for kind in kinds if kind in ("progress_state", "progress", PREVIEW_WITH_METADATA)]
    assert PREVIEW not in kinds
    one = ["progress_state", PREVIEW_WITH_METADATA, "progress"]
    assert one * 2 == steps[steps.index(PREVIEW_WITH_METADATA) - 1:][:6]


def test_a_plain_picture_comes_after_its_step(server):
    kinds = heard(server, None, 2)
    steps = [kind for kind in kinds if kind in ("progress", PREVIEW)]
    assert PREVIEW_WITH_METADATA not in kinds
    assert steps == ["progress", PREVIEW] * 2


def test_unknown_features_are_taken_as_they_are(server):
    socket, client_id = connect(server, {"supports_preview_metadata": "yes", "nobody_knows_this": [1, {}]})
    post(server, solid(prefix="features"), client_id=client_id)
    kinds = set()
    while "execution_success" not in kinds:
        message = socket.recv()
        kinds.add(json.loads(message)["type"])
    assert "feature_flags" in kinds
    socket.close()


def post_text(server, text):
    return requests.post(server.url + "/prompt", data=text, headers={"Content-Type": "application/json"}, timeout=30)


def test_numbers_are_read_as_python_reads_them(server):
    blend = json.dumps({"prompt": {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 16, "height": 16, "batch_size": 1, "color": 0}},
        "2": {"class_type": "ImageScaleBy", "inputs": {"image": ["1", 0], "upscale_method": "area", "scale_by": 1.0}},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}}}, "extra_data": {"number": "HERE"}})
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        answer = post_text(server, blend.replace('"HERE"', number))
        assert answer.status_code == 200, answer.text
        wait_for(server, answer.json()["prompt_id"])
    for number, problem in (("Infinity", "value_bigger_than_max"), ("-Infinity", "value_smaller_than_min")):
        answer = post_text(server, blend.replace('"scale_by": 1.0', f'"scale_by": {number}'))
        assert answer.status_code == 400
        assert answer.json()["node_errors"]["2"]["errors"][0]["type"] == problem
    whole = json.dumps({"prompt": solid()}).replace('"width": 16', '"width": NaN')
    answer = post_text(server, whole)
    assert answer.status_code == 400
    assert answer.json()["node_errors"]["1"]["errors"][0]["type"] == "invalid_input_type"
    assert post_text(server, '{"prompt": nan}').status_code == 400


def test_a_gif_has_previews(server):
    frames = (server.base / "input/two.gif")
    frames.parent.mkdir(exist_ok=True)
    from PIL import Image

    first, second = (Image.new("RGB", (24, 16), colour) for colour in ("red", "blue"))
    first.save(frames, save_all=True, append_images=[second])
    for parameters, kind in (({"preview": "webp;90"}, "image/webp"), ({"preview": "jpeg"}, "image/jpeg"),
                             ({"channel": "rgb"}, "image/png")):
        answer = requests.get(server.url + "/view", params={"filename": "two.gif", "type": "input", **parameters},
                              timeout=30)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == kind
        red, green, blue = picture(answer.content).getpixel((12, 8))
        assert red > 240 and green < 15 and blue < 15


def test_a_client_that_comes_back_hears_the_rest(server):
    assert run(server, solid(prefix="before"))
    socket, client_id = connect(server)
    post(server, solid(prefix="again"), client_id=client_id)
    time.sleep(0.2)
    socket.close()
    again, _ = connect(server, client_id=client_id)
    assert json.loads(again.recv())["type"] == "status"
    again.close()

"""What the tests ask of a server."""

import io
import json
import time
import uuid

import requests
import websocket
from PIL import Image


def solid(color=0xFF0000, prefix="test", width=16, height=8):
    """A prompt that saves a picture of one colour."""
    return {
        "1": {"class_type": "EmptyImage",
              "inputs": {"width": width, "height": height, "batch_size": 1, "color": color}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": prefix}},
    }


def post(server, prompt, **members):
    return requests.post(server.url + "/prompt", json={"prompt": prompt, **members}, timeout=30)


def wait_for(server, prompt_id, seconds=60):
    """The history entry of a prompt."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        entry = requests.get(f"{server.url}/history/{prompt_id}", timeout=30).json().get(prompt_id)
        if entry:
            return entry
        time.sleep(0.02)
    raise AssertionError(f"prompt {prompt_id} is not done after {seconds} s")


def run(server, prompt):
    answer = post(server, prompt)
    assert answer.status_code == 200, answer.text
    return wait_for(server, answer.json()["prompt_id"])


def picture(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def png(color="red", size=(8, 8)):
    data = io.BytesIO()
    Image.new("RGB", size, color).save(data, "PNG")
    return data.getvalue()


def connect(server, features=None, client_id=None):
    """A WebSocket and its client's id. `features` are negotiated first."""
    client_id = client_id or uuid.uuid4().hex
    socket = websocket.create_connection(f"{server.url.replace('http', 'ws')}/ws?clientId={client_id}", timeout=30)
    if features is not None:
        socket.send(json.dumps({"type": "feature_flags", "data": features}))
    return socket, client_id


def is_alive(server):
    return requests.get(server.url + "/health", timeout=10).status_code == 200 and run(server, solid())

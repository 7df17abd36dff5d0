"""Starts the server, has it paint demo/workflow.json and shows the way there. scripts/demo.sh sets the machine up first."""

import argparse
import json
import os
import pathlib
import socket
import sys
import urllib.error
import urllib.request
import uuid

import websocket

from server_process import Server, free_port

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHECKPOINT = ROOT / "demo" / "easel-demo.safetensors"
PREFERRED_PORT = 8188
BAR_WIDTH = 32


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/demo.sh", description=__doc__)
    parser.add_argument("--prompt", help="what to paint, for instance 'a small blue star on a white background'")
    parser.add_argument("--seed", type=int, help="the same seed and prompt give the same picture")
    parser.add_argument("--port", type=int, help=f"the server's port (default: {PREFERRED_PORT}, or a free one)")
    parser.add_argument("--once", action="store_true", help="end the server when the picture is there")
    return parser.parse_args()


def choose_port():
    """ComfyUI's usual port, unless somebody has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PREFERRED_PORT))
            return PREFERRED_PORT
        except OSError:
            return free_port()


def base_folder():
    """A base folder in build/ whose only checkpoint is the demo's."""
    base = ROOT / "build" / "demo"
    folder = base / "models" / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / CHECKPOINT.name
    link.unlink(missing_ok=True)
    link.symlink_to(CHECKPOINT)
    return base


def workflow(prompt, seed):
    nodes = json.loads((ROOT / "demo" / "workflow.json").read_text(encoding="utf-8"))
    sampler = next(node for node in nodes.values() if node["class_type"] == "KSampler")
    positive = nodes[sampler["inputs"]["positive"][0]]
    if prompt is not None:
        positive["inputs"]["text"] = prompt
    if seed is not None:
        sampler["inputs"]["seed"] = seed
    return nodes, positive["inputs"]["text"], sampler["inputs"]["seed"]


def show_progress(title, value, maximum):
    """One line that fills up on a terminal, a line now and then elsewhere."""
    if sys.stdout.isatty():
        filled = BAR_WIDTH * value // maximum
        bar = "█" * filled + "░" * (BAR_WIDTH - filled)
        print(f"\r  {title:<16} {bar} {value}/{maximum}", end="\n" if value == maximum else "", flush=True)
    elif value in (1, maximum) or value % 5 == 0:
        print(f"  {title} {value}/{maximum}", flush=True)


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"the server refused the workflow: {error.read().decode(errors='replace')}") from error


def running_server(note):
    """The address that an earlier demo, still running, left in its note; None when nobody answers there."""
    try:
        url = note.read_text(encoding="utf-8")
        with urllib.request.urlopen(url + "/queue", timeout=5):
            return url
    except (OSError, ValueError):
        return None


def paint(url, nodes):
    """Posts the prompt, follows its progress, and returns the SaveImage record of the picture."""
    client = uuid.uuid4().hex
    events = websocket.create_connection(f"ws{url.removeprefix('http')}/ws?clientId={client}", timeout=600)
    prompt_id = post(url + "/prompt", {"prompt": nodes, "client_id": client})["prompt_id"]
    pictures = []
    while True:
        message = events.recv()
        if not isinstance(message, str):
            continue
        event = json.loads(message)
        kind, data = event["type"], event["data"]
        if data.get("prompt_id") != prompt_id:
            continue
        if kind == "progress":
            title = nodes[data["node"]].get("_meta", {}).get("title", data["node"])
            show_progress(title, data["value"], data["max"])
        elif kind == "executed":
            pictures += (data.get("output") or {}).get("images", [])
        elif kind == "execution_error":
            raise RuntimeError(f"{data['node_type']} failed: {data['exception_message'].strip()}")
        elif kind == "execution_success":
            events.close()
            return pictures[0]


def main():
    arguments = parse_arguments()
    if not CHECKPOINT.exists():
        print(f"demo: there is no {CHECKPOINT}; demo/train.py makes it", file=sys.stderr)
        return 1
    base = base_folder()
    nodes, text, seed = workflow(arguments.prompt, arguments.seed)

    def show(url):
        print(f"The server answers at {url}")
        print(f"Painting: {text} (seed {seed})", flush=True)
        picture = paint(url, nodes)
        print(f"The picture is {base / 'output' / picture['subfolder'] / picture['filename']}", flush=True)

    note = base / "address"
    url = running_server(note)
    if url:
        show(url)
        return 0
    with Server(ROOT / "build/release/bin/easel", base, port=arguments.port or choose_port()) as server:
        note.write_text(server.url, encoding="utf-8")
        show(server.url)
        if arguments.once or not sys.stdout.isatty():
            return 0
        print(f"The server stays at {server.url} (log: {os.path.relpath(server.log)}); Ctrl-C ends it.")
        print("For more pictures, in another terminal: scripts/demo.sh --prompt 'a small blue star on a white background'")
        server.process.wait()
        print(f"the server ended:\n{server.tail()}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print()
    except (RuntimeError, OSError, websocket.WebSocketException) as problem:
        print(f"demo: {problem}", file=sys.stderr)
        sys.exit(1)

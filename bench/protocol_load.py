"""What many clients and a long history cost the protocol.

usage: protocol_load.py PROGRAM [--sockets 200] [--clients 100] [--history 10000]

Starts PROGRAM with a scratch folder and prints: the time of /object_info; the memory and processor time of idle
WebSocket clients; how long that many clients, each with a prompt of its own, wait for the steps of theirs; and what
GET /history, /jobs and POST /prompt cost before and after the history has grown. Needs tests/requirements.txt.
"""
import argparse
import http.client
import json
import pathlib
import statistics
import sys
import tempfile
import threading
import time

import psutil
import websocket

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scripts"))
from server_process import Server  # noqa: E402


def prompt(color, batch=1):
    return {
        "1": {"class_type": "EmptyImage",
              "inputs": {"width": 16, "height": 16, "batch_size": batch, "color": color % 0xFFFFFF}},
        "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}},
    }


class Client:
    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)

    def call(self, method, path, body=None):
        """The answer's bytes and the milliseconds it took."""
        begin = time.perf_counter()
        self.connection.request(method, path, json.dumps(body) if body is not None else None)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:300]!r}")
        return data, 1e3 * (time.perf_counter() - begin)

    def median(self, path, times=50):
        return statistics.median(self.call("GET", path)[1] for _ in range(times))


def connect(server, name):
    return websocket.create_connection(f"ws://127.0.0.1:{server.port}/ws?clientId={name}", timeout=60)


def measure_object_info(client):
    first = client.call("GET", "/object_info")[1]
    size = len(client.call("GET", "/object_info")[0])
    print(f"/object_info: {client.median('/object_info'):.2f} ms ({first:.1f} ms the first time), {size / 1e6:.2f} MB")


def measure_idle_sockets(server, client, count):
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    sockets = [connect(server, f"idle-{i}") for i in range(count)]
    time.sleep(1)
    spent = sum(process.cpu_times()[:2])
    time.sleep(5)
    spent = sum(process.cpu_times()[:2]) - spent
    grown = process.memory_info().rss - before
    print(f"{count} idle sockets: {grown / count / 1024:.1f} KB each, {spent / 5:.1%} of a core, "
          f"GET /prompt {client.median('/prompt'):.2f} ms")
    for one in sockets:
        one.close()


def measure_busy_clients(server, client, count):
    """Every client posts a prompt of eight pictures and waits for its end; what it hears must be its own."""
    sockets = {f"busy-{i}": connect(server, f"busy-{i}") for i in range(count)}
    heard, strangers, waits = [], [], []

    def follow(name, prompt_id, posted):
        steps = 0
        while True:
            message = sockets[name].recv()
            if not isinstance(message, str):
                continue
            message = json.loads(message)
            if message["type"] == "progress" and message["data"]["prompt_id"] == prompt_id:
                steps += 1
            if message["data"].get("prompt_id", prompt_id) != prompt_id:
                strangers.append(message)
            if message["type"] == "execution_success":
                break
        heard.append(steps)
        waits.append(time.perf_counter() - posted)

    begin = time.perf_counter()
    followers = []
    for i, name in enumerate(sockets):
        answer = client.call("POST", "/prompt", {"prompt": prompt(i, 8), "client_id": name})[0]
        arguments = (name, json.loads(answer)["prompt_id"], time.perf_counter())
        followers.append(threading.Thread(target=follow, args=arguments))
        followers[-1].start()
    for follower in followers:
        follower.join()
    took = time.perf_counter() - begin
    print(f"{count} clients with {heard and min(heard)} steps each: {took:.2f} s for all, "
          f"{1e3 * statistics.median(waits):.0f} ms for one in the middle, {len(strangers)} messages of others")
    for one in sockets.values():
        one.close()


def measure_history(client, count):
    def costs():
        posted = statistics.median(client.call("POST", "/prompt", {"prompt": prompt(1)})[1] for _ in range(50))
        return (f"GET /history?max_items=100 {client.median('/history?max_items=100', 20):.2f} ms, "
                f"/api/jobs?limit=100 {client.median('/api/jobs?limit=100', 20):.2f} ms, POST /prompt {posted:.2f} ms")

    print(f"short history: {costs()}")
    for i in range(count):
        client.call("POST", "/prompt", {"prompt": prompt(i % 50)})
    while json.loads(client.call("GET", "/prompt")[0])["exec_info"]["queue_remaining"]:
        time.sleep(0.2)
    print(f"{count} entries: {costs()}")
    whole, took = client.call("GET", "/history")
    print(f"GET /history whole: {took:.0f} ms, {len(json.loads(whole))} entries, {len(whole) / 1e6:.1f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--sockets", type=int, default=200)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--history", type=int, default=10_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Server(args.program, folder) as server:
        client = Client(server)
        measure_object_info(client)
        measure_idle_sockets(server, client, args.sockets)
        measure_busy_clients(server, client, args.clients)
        measure_history(client, args.history)


if __name__ == "__main__":
    main()

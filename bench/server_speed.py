"""How fast one or two servers answer and run tiny prompts, measured by a client that costs next to nothing.

usage: server_speed.py --a 'COMMAND A' [--b 'COMMAND B'] [--rounds 3]

COMMAND starts a server in the foreground; {port} in it is replaced by a free port. The prompt is the `noop` of
../shared/bench/compare.py: EmptyImage -> ImageInvert -> PreviewImage. That program's client parses every answer and every
event in Python, which takes longer than the prompt itself on a fast server; this one sends bytes that were made
beforehand and looks for the end mark in what arrives. Rounds alternate A B A B. Standard library only.

  noop    one prompt at a time: milliseconds from the POST to execution_success, p50 and p99
  answer  the POST alone, p50
  burst   300 prompts, one POST after the other: completed per second
"""
import argparse
import base64
import json
import os
import shlex
import socket
import statistics
import subprocess
import time

END = b'"execution_success"'


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Server:
    def __init__(self, name, command):
        self.name, self.port = name, free_port()
        self.process = subprocess.Popen(shlex.split(command.replace("{port}", str(self.port))),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            if self.process.poll() is not None:
                raise SystemExit(f"{name}: the server ended with {self.process.returncode}")
            try:
                self.http = connect(self.port)
                break
            except OSError:
                time.sleep(0.05)
        key = base64.b64encode(os.urandom(16)).decode()
        self.events = connect(self.port)
        self.events.sendall(f"GET /ws?clientId=speed HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\n"
                            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        self.events.recv(65536)
        self.tail = b""
        self.color = 0

    def request(self):
        self.color += 1
        prompt = {"1": {"class_type": "EmptyImage",
                        "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": self.color}},
                  "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
                  "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}}}
        body = json.dumps({"prompt": prompt, "client_id": "speed"}).encode()
        head = f"POST /prompt HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: {len(body)}\r\n" \
               "Content-Type: application/json\r\n\r\n"
        return head.encode() + body

    def post(self, request):
        self.http.sendall(request)
        answer = self.http.recv(65536)
        while b'"node_errors"' not in answer or not answer.endswith(b"}"):
            more = self.http.recv(65536)
            if not more:
                raise SystemExit(f"{self.name}: {answer!r}")
            answer += more

    def finish(self, count):
        """Waits for the ends of `count` prompts."""
        while count > 0:
            received = self.tail + self.events.recv(1 << 20)
            count -= received.count(END)
            # The beginning of a mark that is cut in two.
            self.tail = received[-len(END) + 1:]

    def noop(self, count=200):
        times, answers = [], []
        for _ in range(count):
            request = self.request()
            begin = time.perf_counter()
            self.post(request)
            answers.append(1e3 * (time.perf_counter() - begin))
            self.finish(1)
            times.append(1e3 * (time.perf_counter() - begin))
        times.sort()
        return {"noop p50 ms": times[count // 2], "noop p99 ms": times[int(count * 0.99) - 1],
                "answer p50 ms": statistics.median(answers)}

    def burst(self, count=300):
        requests = [self.request() for _ in range(count)]
        begin = time.perf_counter()
        for request in requests:
            self.post(request)
        self.finish(count)
        return {"burst completed/s": count / (time.perf_counter() - begin)}

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--a", required=True)
    parser.add_argument("--b")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    servers = []
    figures = {}
    try:
        for name, command in (("A", args.a), ("B", args.b)):
            if command:
                servers.append(Server(name, command))
                servers[-1].noop(20)
        for _ in range(args.rounds):
            for workload in ("noop", "burst"):
                for server in servers:
                    for key, value in getattr(server, workload)().items():
                        figures.setdefault(key, {}).setdefault(server.name, []).append(value)
    finally:
        for server in servers:
            server.stop()
    for key, by_server in figures.items():
        medians = [statistics.median(values) for values in by_server.values()]
        ratio = f"   A/B {medians[0] / medians[1]:8.3f}" if len(medians) == 2 else ""
        print(f"{key:20}" + "".join(f"{value:12.3f}" for value in medians) + ratio)


if __name__ == "__main__":
    main()

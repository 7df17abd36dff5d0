"""What POST /prompt costs as the queue grows.

usage: queue_depth.py URL [--depth 100000] [--step 10000]

The server must be idle and a scratch one. A first prompt with a long chain of blurs keeps the worker busy while prompts
of three nodes are posted on one connection; the median and the 99th percentile of each step are printed, then the cost
of GET /prompt and of clearing the queue. Standard library only.
"""
import argparse
import http.client
import json
import statistics
import time
import urllib.parse


def noop(color):
    return {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": color}},
        "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
    }


def busy(rounds):
    """A chain of blurs of a large picture: minutes of work for one job."""
    prompt = {"0": {"class_type": "EmptyImage", "inputs": {"width": 2048, "height": 2048, "batch_size": 1, "color": 1}}}
    for i in range(1, rounds + 1):
        prompt[str(i)] = {
            "class_type": "ImageBlur",
            "inputs": {"image": [str(i - 1), 0], "blur_radius": 31, "sigma": 10.0},
        }
    prompt["end"] = {"class_type": "PreviewImage", "inputs": {"images": [str(rounds), 0]}}
    return prompt


class Client:
    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc)

    def call(self, method, path, body=None):
        """The decoded answer and the milliseconds it took."""
        begin = time.perf_counter()
        self.connection.request(method, path, json.dumps(body) if body is not None else None)
        answer = self.connection.getresponse()
        data = answer.read()
        elapsed = 1e3 * (time.perf_counter() - begin)
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:300]!r}")
        return (json.loads(data) if data else None), elapsed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--depth", type=int, default=100_000)
    parser.add_argument("--step", type=int, default=10_000)
    args = parser.parse_args()
    client = Client(args.url)
    client.call("POST", "/prompt", {"prompt": busy(2000)})
    print(f"{'pending':>10} {'median ms':>10} {'p99 ms':>10}")
    for start in range(0, args.depth, args.step):
        times = sorted(client.call("POST", "/prompt", {"prompt": noop(start + i)})[1] for i in range(args.step))
        print(f"{start + args.step:>10} {statistics.median(times):>10.3f} {times[int(0.99 * len(times)) - 1]:>10.3f}")
    remaining, elapsed = client.call("GET", "/prompt")
    print(f"GET /prompt {elapsed:.2f} ms, {remaining['exec_info']['queue_remaining']} remaining")
    print(f"clear       {client.call('POST', '/queue', {'clear': True})[1]:.1f} ms")
    client.call("POST", "/interrupt", {})


if __name__ == "__main__":
    main()

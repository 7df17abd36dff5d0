"""Clients and files that mean harm, or that break off in the middle."""

import io
import json
import os
import signal
import socket
import struct
import threading
import time
import zlib

import psutil
import pytest
import requests
from PIL import Image

from api import connect, is_alive, png, post, run, solid, wait_for

MEGABYTE = 1 << 20


def raw_connection(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=40)


def memory(server):
    return psutil.Process(server.process.pid).memory_info().rss


class Peak:
    """The most memory that the server had inside the block, above what it had before."""

    def __init__(self, server):
        self.server, self.bytes, self.is_over = server, 0, False

    def watch(self, before):
        while not self.is_over:
            self.bytes = max(self.bytes, memory(self.server) - before)
            time.sleep(0.005)

    def __enter__(self):
        self.thread = threading.Thread(target=self.watch, args=(memory(self.server),))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()


def test_slow_clients_hinder_nobody_and_are_cut_off(server):
    slow = [raw_connection(server) for _ in range(200)]
    for connection in slow:
        connection.sendall(b"GET /prompt HTTP/1.1\r\nHost: x\r\n")
    begin = time.monotonic()
    ended = None
    while ended is None and time.monotonic() - begin < 60:
        asked = time.monotonic()
        assert requests.get(server.url + "/prompt", timeout=5).status_code == 200
        assert time.monotonic() - asked < 2
        try:
            slow[0].sendall(b"X-Slow: 1\r\n")
            slow[0].settimeout(1)
            if slow[0].recv(100) == b"":
                ended = time.monotonic() - begin
        except TimeoutError:
            pass
        except OSError:
            ended = time.monotonic() - begin
    assert ended is not None, "a client may send its header for ever"
    for connection in slow:
        connection.close()
    assert is_alive(server)


def test_a_body_that_never_comes_hinders_nobody(server):
    waiting = [raw_connection(server) for _ in range(50)]
    for connection in waiting:
        connection.sendall(b"POST /upload/image HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n--b\r\n")
    assert is_alive(server)
    for connection in waiting:
        connection.close()
    assert list((server.base / "input").iterdir()) == []


def test_a_client_that_does_not_read_hinders_nobody(server):
    deaf, deaf_id = connect(server)
    deaf.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    other, other_id = connect(server)
    begin = time.monotonic()
    for i in range(20):
        post(server, {"1": {"class_type": "EmptyImage",
                            "inputs": {"width": 256, "height": 256, "batch_size": 8, "color": i}},
                      "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}}}, client_id=deaf_id)
    prompt_id = post(server, solid(7), client_id=other_id).json()["prompt_id"]
    kinds = []
    while "execution_success" not in kinds:
        message = other.recv()
        if isinstance(message, str):
            kinds.append(json.loads(message)["type"])
    assert wait_for(server, prompt_id)["status"]["completed"]
    assert time.monotonic() - begin < 30
    deaf.close()
    other.close()


def test_half_open_sockets_are_survived(server):
    """A reset in place of a goodbye, as from a machine that was switched off."""
    for _ in range(20):
        half, client_id = connect(server)
        post(server, solid(1, "half"), client_id=client_id)
        half.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        half.sock.close()
    assert is_alive(server)


@pytest.mark.parametrize("frame", [
    b"\xff" * 20, b"\x83\x80\0\0\0\0", b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
    b"\x81\x84\0\0\0\0\xff\xfe\xfd\xfc", b"\x89\xfe\x04\x00\0\0\0\0", b"\x01\x80\0\0\0\0\x01\x80\0\0\0\0",
    b"\x88\x81\0\0\0\0\x01", b"\x81\x05hello"])
def test_broken_frames_close_their_own_socket_only(server, frame):
    victim, _ = connect(server)
    broken, _ = connect(server)
    broken.recv()
    broken.sock.sendall(frame)
    broken.sock.settimeout(10)
    try:
        while broken.sock.recv(4096):
            pass
    except ConnectionError:
        pass
    broken.sock.close()
    victim.ping()
    assert is_alive(server)
    victim.close()


@pytest.mark.parametrize("request_text", [
    b"GET /prompt HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    b"GET /prompt HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /view?filename=%00%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /view?filename=\xff\xfe.png HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /prompt HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\xff\xfe\xfd\xfc",
    b"POST /prompt HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /prompt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    b"POST /prompt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\0" * 1000, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])
def test_odd_requests_are_refused(server, request_text):
    connection = raw_connection(server)
    try:
        connection.sendall(request_text)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(100)
        assert not answer or b" 20" not in answer.split(b"\r\n")[0], answer
    except ConnectionError:
        pass
    connection.close()
    assert is_alive(server)


TRAVERSALS = ["../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "..%252fsecret.txt", "....//secret.txt",
              "..\\secret.txt", "..%5csecret.txt", "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "C:\\secret.txt",
              "file:///etc/passwd", "secret.txt%00.png", "sub/../../secret.txt", "\u2025/secret.txt"]


@pytest.mark.parametrize("name", TRAVERSALS)
def test_no_parameter_leads_out(server, name):
    (server.base / "secret.txt").write_text("the secret")
    (server.base / "user").mkdir(exist_ok=True)
    (server.base / "user/secret.txt").write_text("the secret")
    targets = [f"/view?filename={name}", f"/view?filename=secret.txt&subfolder={name}/..",
               f"/view?filename=secret.txt&type={name}", f"/userdata/{name}", f"/userdata?dir={name}",
               f"/v2/userdata?path={name}", f"/view_metadata/checkpoints?filename={name}", f"/models/{name}",
               f"/experiment/models/preview/checkpoints/0/{name}", f"/extensions/{name}", f"/templates/{name}",
               f"/docs/{name}", f"/{name}", f"/api/workflow_templates/pack/{name}", f"/settings/{name}",
               f"/internal/files/{name}", f"/global_subgraphs/{name}"]
    for target in targets:
        connection = raw_connection(server)
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        connection.close()
        assert b"the secret" not in answer and b"root:" not in answer, target
    for subfolder in ("../out", "/tmp", "a/../../out", "..\\out" if os.sep == "\\" else "../../out"):
        answer = requests.post(server.url + "/upload/image", files={"image": ("x.png", png())},
                               data={"subfolder": subfolder}, timeout=10)
        assert answer.status_code == 400, subfolder
    entry = run(server, solid(prefix="../../escaped"))
    assert entry["status"]["status_str"] == "error"
    assert not list(server.base.parent.glob("escaped*"))


def test_a_refused_upload_leaves_nothing(start):
    with start("--max-upload-size", "0.01") as small:
        answer = requests.post(small.url + "/upload/image", files={"image": ("big.png", b"x" * MEGABYTE)}, timeout=10)
        assert answer.status_code == 413
        assert list((small.base / "input").iterdir()) == []
        form = b"--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"cut.png\"\r\n\r\nabc"
        connection = raw_connection(small)
        connection.sendall(b"POST /upload/image HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                           b"Content-Length: 1000\r\n\r\n" + form)
        connection.close()
        time.sleep(0.2)
        assert list((small.base / "input").iterdir()) == []


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_with(kind, content):
    whole = png(size=(4, 4))
    return whole[:33] + chunk(kind, content) + whole[33:]


def bomb(megabytes):
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b"\0" * MEGABYTE) for _ in range(megabytes)) + packer.flush()


@pytest.fixture(scope="module")
def big():
    return bomb(1500)


def use_everywhere(server, name):
    """Reads an input file in all the ways that a client can ask for."""
    for parameters in ({"preview": "webp"}, {"channel": "rgb"}, {"channel": "a"}):
        requests.get(server.url + "/view", params={"filename": name, "type": "input", **parameters}, timeout=60)
    answer = post(server, {"1": {"class_type": "LoadImage", "inputs": {"image": name}},
                           "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}})
    if answer.status_code == 200:
        wait_for(server, answer.json()["prompt_id"])
    reference = json.dumps({"filename": name, "type": "input"})
    requests.post(server.url + "/upload/mask", files={"image": ("mask.png", png(size=(4, 4)))},
                  data={"original_ref": reference}, timeout=60)


@pytest.mark.parametrize("kind, head", [(b"zTXt", b"prompt\0\0"), (b"zTXt", b"workflow\0\0"), (b"iCCP", b"name\0\0"),
                                        (b"iTXt", b"workflow\0\x01\0\0\0")])
def test_bombs_in_a_png_take_no_memory(server, big, kind, head):
    name = f"bomb-{kind.decode()}.png"
    bomb_file = png_with(kind, head + big)
    (server.base / "input" / name).write_bytes(bomb_file)
    use_everywhere(server, name)  # once: what is loaded on demand stays
    with Peak(server) as peak:
        use_everywhere(server, name)
        posted = requests.post(server.url + "/prompt", data=bomb_file, timeout=60)
        assert posted.status_code == 400
    assert peak.bytes < 300 * MEGABYTE
    assert is_alive(server)


def gif_of(frames, width, height):
    """The same empty frame again and again: a few bytes each, width * height pixels when it is drawn."""
    pixels = io.BytesIO()
    Image.new("P", (width, height)).save(pixels, "GIF")
    whole = pixels.getvalue()
    begin = whole.index(b"\x2c")
    frame = whole[begin:-1]
    return whole[:begin] + frame * frames + b";"


def test_a_gif_of_thousands_of_frames_is_refused(server):
    (server.base / "input/many.gif").write_bytes(gif_of(5000, 1000, 1000))
    use_everywhere(server, "many.gif")
    with Peak(server) as peak:
        begin = time.monotonic()
        use_everywhere(server, "many.gif")
        assert time.monotonic() - begin < 60
    assert peak.bytes < 300 * MEGABYTE
    assert is_alive(server)


def test_pictures_that_claim_to_be_huge_are_refused(server):
    huge = bytearray(png())
    huge[16:24] = struct.pack(">II", 200_000, 200_000)
    huge[29:33] = struct.pack(">I", zlib.crc32(huge[12:29]))
    (server.base / "input/huge.png").write_bytes(huge)
    with Peak(server) as peak:
        use_everywhere(server, "huge.png")
    assert peak.bytes < 300 * MEGABYTE
    assert is_alive(server)


def test_a_deeply_nested_prompt_is_refused(server):
    for text in ('{"prompt":' * 100_000, '{"prompt":' + "[" * 100_000, '{"prompt": {"1": ' + '{"a":' * 900 + "1" + "}" * 902):
        assert requests.post(server.url + "/prompt", data=text, timeout=30).status_code == 400
    assert is_alive(server)


def is_whole(path):
    try:
        Image.open(path).load()
        return True
    except OSError:
        return False


def test_a_killed_server_leaves_whole_pictures_and_goes_on(start, tmp_path):
    batch = {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 512, "height": 512, "batch_size": 40, "color": 255}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "killed"}}}
    asked = []
    with start(base=tmp_path) as victim:
        asked = [post(victim, batch | {"3": solid(i)["1"]}).json()["prompt_id"] for i in range(3)]
        end = time.monotonic() + 30
        while not list((tmp_path / "output").glob("killed*.png")) and time.monotonic() < end:
            time.sleep(0.01)
        victim.process.send_signal(signal.SIGKILL)
        victim.process.wait()
    pictures = list((tmp_path / "output").glob("*.png"))
    assert pictures and all(map(is_whole, pictures))
    with start(base=tmp_path) as again:
        for prompt_id in asked:
            assert wait_for(again, prompt_id)["status"]["status_str"] == "success"
    assert all(map(is_whole, (tmp_path / "output").glob("*.png")))
    assert not [file for file in (tmp_path / "output").iterdir() if file.name.startswith(".")]

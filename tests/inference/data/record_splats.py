#!/usr/bin/env python3
"""Records what the reference makes of a small splat: moved, as pictures, as a surface, and in files, for
tests/inference/splat and tests/nodes/three_d. The splat is drawn here and there from the same seeds.

usage: python record_splats.py COMFYUI_FOLDER > splats.json     (with ComfyUI's Python environment)
"""
import gzip
import json
import re
import struct
import sys

sys.path.insert(0, sys.argv[1])
sys.argv = ["record", "--cpu"]
import comfy.options

comfy.options.enable_args_parsing()
import numpy
import torch
import comfy_extras.nodes_gaussian_splat as splats
from comfy_api.latest import Types

COUNT = 60


def normal(shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def cloud(count=COUNT):
    return Types.SPLAT(normal((count, 3), 1)[None] * 0.3, torch.exp(normal((count, 3), 2) * 0.3 - 2.5)[None],
                       normal((count, 4), 3)[None], torch.sigmoid(normal((count, 1), 4) + 1)[None], normal((count, 4, 3), 5)[None])


def listed(tensor, step=1):
    flat = torch.as_tensor(tensor).flatten().double()[::step]
    return [float(f"{value:.7g}") for value in flat]


def moved(rotation, scale, translation):
    result = splats.TransformSplat.execute(cloud(), *translation, *rotation, *scale).args[0]
    return {"rotation": rotation, "scale": scale, "translation": translation, "positions": listed(result.positions),
            "scales": listed(result.scales), "rotations": listed(result.rotations)}


CAMERAS = {
    "front": splats._lookat_camera_info([1.0, 0.5, 1.5], [0.0, 0.1, 0.0], 40.0, "cpu", zoom=1.1),
    "rolled": splats._lookat_camera_info([0.5, 0.8, 1.9], [0.0, 0.0, 0.1], 35.0, "cpu", camera_type="orthographic", roll=30.0),
    "free": splats._quat_camera_info([0.2, 0.1, 2.2], [0.02, 0.05, -0.1, 0.9], 40.0, "cpu"),
}


def picture(style, camera, sharpen, headlight):
    xyz, rgb, opacity, scale, rot = splats._gaussian_item(cloud(), 0, "cpu")
    image, coverage = splats._render_gaussian(xyz, rgb, opacity, scale, rot, 40, 32, 1.2, (0.1, 0.2, 0.4), CAMERAS[camera],
                                              sharpen=sharpen, headlight_shading=headlight, render_style=style)
    return {"style": style, "camera": CAMERAS[camera], "sharpen": sharpen, "headlight": headlight,
            "pixels": listed(image, 7), "coverage": listed(coverage, 3)}


def surface(smoothing, smallest, sharpen):
    vertices, faces, colors = splats._gaussian_to_mesh(cloud(), 0, 32, 5, smoothing, 0.6, smallest, 0.02, sharpen, torch.device("cpu"))
    return {"smoothing": smoothing, "smallest": smallest, "sharpen": sharpen, "vertex_count": len(vertices),
            "face_count": len(faces), "vertices": listed(vertices, 31), "faces": listed(faces, 31), "colors": listed(colors, 31)}


def ksplat_with_buckets():
    """One section at level 1: a full bucket of four and a partial one of two."""
    header = bytearray(4096)
    header[1] = 1
    struct.pack_into("<IIII", header, 4, 1, 1, 6, 6)
    struct.pack_into("<H", header, 20, 1)
    section = bytearray(1024)
    struct.pack_into("<IIIIfH", section, 0, 6, 6, 4, 2, 2.0, 12)
    struct.pack_into("<II", section, 32, 1, 1)
    body = struct.pack("<I", 2) + struct.pack("<6f", 0.5, -1.0, 2.0, 1.5, 0.25, -0.75)
    generator = numpy.random.default_rng(7)
    for _ in range(6):
        body += generator.integers(0, 65535, 3, numpy.uint16).tobytes()
        body += generator.uniform(0.1, 1.0, 7).astype(numpy.float16).tobytes()
        body += generator.integers(0, 256, 4, numpy.uint8).tobytes()
    return bytes(header + section) + body


def spz(version):
    generator = numpy.random.default_rng(version)
    count = 5
    raw = struct.pack("<IIIBBBB", 0x5053474E, version, count, 0, 12, 0, 0)
    raw += (generator.uniform(-2, 2, 3 * count).astype(numpy.float16).tobytes() if version == 1
            else generator.integers(0, 256, 9 * count, numpy.uint8).tobytes())
    raw += generator.integers(0, 256, (11 if version == 3 else 10) * count, numpy.uint8).tobytes()
    return gzip.compress(raw, mtime=0)


def plain():
    generator = numpy.random.default_rng(9)
    return b"".join(generator.uniform(0.1, 1, 6).astype(numpy.float32).tobytes() + generator.integers(0, 256, 8, numpy.uint8).tobytes()
                    for _ in range(5))


def in_hexadecimal(data):
    """Two digits a byte; of many zeros only their number, as "*4090 "."""
    return re.sub("(?:00){16,}", lambda found: f"*{len(found[0]) // 2} ", data.hex())


def read(name, data):
    xyz, scale, rot, opacity, sh = splats._GAUSSIAN_PARSERS[name](data)
    return {"format": name, "bytes": in_hexadecimal(data), "positions": listed(xyz), "scales": listed(scale), "rotations": listed(rot),
            "opacities": listed(opacity), "harmonics": listed(sh)}


def written(name):
    g = cloud(8)
    return splats.SplatToFile3D.FORMAT_WRITERS[name](g.positions[0], g.scales[0], g.rotations[0], g.opacities[0], g.sh[0])


print(json.dumps({
    "moved": [moved([20.0, -40.0, 15.0], [0.8, 0.8, 0.8], [0.5, 0.0, -0.25]), moved([10.0, 70.0, -5.0], [0.5, 1.0, 0.75], [0.0, 0.1, 0.2])],
    "pictures": [picture("color", "front", 2.0, 0.0), picture("color", "rolled", 1.0, 1.0), picture("clay", "free", 3.0, 0.0),
                 picture("depth", "rolled", 1.0, 0.0), picture("normal", "front", 1.0, 0.0)],
    "surfaces": [surface(0, 0, 1.0), surface(3, 30, 2.0)],
    "files": [read(name, written(name)) for name in ("ply", "ksplat", "spz")]
             + [read("ksplat", ksplat_with_buckets()), read("spz", spz(1)), read("spz", spz(3)), read("splat", plain())],
}))

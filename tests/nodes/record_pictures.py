"""Records how the reference reads pictures and what its image and mask nodes compute.

    python record_pictures.py REFERENCE_SOURCE

REFERENCE_SOURCE is a checkout of ComfyUI 0.33.0; run it with that checkout's Python. Writes data/pictures/* (small
picture files), data/pictures.json (their pixels and masks) and data/image_nodes.json (inputs and outputs of nodes).
"""
import json
import os
import struct
import sys
import tempfile
import zlib

import numpy as np

SOURCE = os.path.abspath(sys.argv[1])
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
PICTURES = os.path.join(HERE, "pictures")
sys.path.insert(0, SOURCE)

import comfy.cli_args  # noqa: E402

comfy.cli_args.args.cpu = True

import folder_paths  # noqa: E402
import nodes  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

WIDTH, HEIGHT = 32, 4


def rgb():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([x * 8 % 256, y * 61 % 256, (x * 9 + y * 17) % 256], -1).astype(np.uint8)


def rgba():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.dstack([rgb(), ((x * 7 + y * 40) % 256).astype(np.uint8)])


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def raw_png(name, colour_type, depth, rows, interlaced=False):
    body = b"".join(b"\0" + row for row in rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour_type, 0, 0, int(interlaced))
    with open(os.path.join(PICTURES, name), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b""))


def exif(orientation):
    block = Image.Exif()
    block[0x112] = orientation
    return block


def make_pictures():
    os.makedirs(PICTURES, exist_ok=True)
    path = lambda name: os.path.join(PICTURES, name)  # noqa: E731
    plain, clear = Image.fromarray(rgb()), Image.fromarray(rgba())
    plain.save(path("rgb.png"))
    clear.save(path("rgba.png"))
    plain.convert("L").save(path("grey.png"))
    clear.convert("LA").save(path("grey_alpha.png"))
    plain.convert("1").save(path("bilevel.png"))
    plain.quantize(5).save(path("palette.png"))
    plain.quantize(5).save(path("palette_transparent.png"), transparency=2)
    plain.save(path("rgb_key.png"), transparency=(0, 0, 0))
    wide = rgb().astype(">u2") * 257 + 77
    raw_png("rgb_16.png", 2, 16, [row.tobytes() for row in wide.reshape(HEIGHT, -1)])
    raw_png("grey_16.png", 0, 16, [row.tobytes() for row in wide[..., 0]])
    quarters = rgb()[..., 0] >> 6
    raw_png("grey_2.png", 0, 2, [bytes(row.reshape(-1, 4) @ [64, 16, 4, 1]) for row in quarters.astype(int)])
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    raw_png("interlaced.png", 2, 8, [row.tobytes() for x, y, dx, dy in passes for row in rgb()[y::dy, x::dx]], True)
    for orientation in (2, 3, 6, 8):
        plain.save(path(f"turned_{orientation}.png"), exif=exif(orientation))
    frames = [Image.fromarray(np.roll(rgb(), 3 * i, 1)) for i in range(3)]
    for name, options in (("animated.png", {}), ("animated.gif", {}), ("animated.webp", {"lossless": True})):
        frames[0].save(path(name), save_all=True, append_images=frames[1:], duration=100, **options)
    for name, sampling in (("full.jpg", 0), ("half.jpg", 1), ("quarter.jpg", 2)):
        plain.save(path(name), quality=92, subsampling=sampling)
    plain.convert("L").save(path("grey.jpg"), quality=92)
    plain.save(path("turned_6.jpg"), quality=92, subsampling=0, exif=exif(6))
    plain.save(path("lossless.webp"), lossless=True)
    clear.save(path("alpha.webp"), lossless=True)
    plain.save(path("plain.bmp"))
    plain.quantize(5).save(path("palette.bmp"))
    plain.save(path("plain.tiff"))
    plain.save(path("plain.ppm"))


def levels(tensor):
    """Values as whole 65535ths: enough for a comparison, and short."""
    return (tensor.double() * 65535).round().long().flatten().tolist()


def record_pictures():
    folder_paths.set_input_directory(PICTURES)
    loader, recorded = nodes.LoadImage(), {}
    for name in sorted(os.listdir(PICTURES)):
        image, mask = loader.load_image(name)
        recorded[name] = {"shape": list(image.shape), "pixels": levels(image),
                          "mask_shape": list(mask.shape), "mask": levels(mask) if mask.shape[-1] != 64 else None}
    return recorded


# ---- nodes

def picture(height, width, seed, channels=3):
    b, y, x, c = np.mgrid[0:1, 0:height, 0:width, 0:channels]
    return torch.from_numpy(((x * 37 + y * 91 + c * 53 + b * 29 + seed * 17) % 256).astype(np.float32) / 255)


def mask(height, width, seed):
    return picture(height, width, seed, 1)[..., 0]


INPUTS = {"a": picture(8, 10, 1), "b": picture(6, 7, 2), "alpha": picture(8, 10, 3, 4), "m": mask(8, 10, 4),
          "n": mask(5, 6, 5)}


def cases():
    a, b, m, n = ("a", 0), ("b", 0), ("m", 0), ("n", 0)
    for method in ("nearest-exact", "bilinear", "area", "bicubic", "lanczos"):
        yield "ImageScale", {"image": a, "upscale_method": method, "width": 7, "height": 5, "crop": "center"}
    yield "ImageScale", {"image": a, "upscale_method": "bilinear", "width": 0, "height": 5, "crop": "disabled"}
    yield "ImageScaleBy", {"image": a, "upscale_method": "bilinear", "scale_by": 1.35}
    yield "ImageScaleToTotalPixels", {"image": a, "upscale_method": "area", "megapixels": 0.0001, "resolution_steps": 3}
    yield "ImageScaleToMaxDimension", {"image": a, "upscale_method": "area", "largest_size": 6}
    yield "ImageInvert", {"image": a}
    yield "ImageBatch", {"image1": a, "image2": b}
    yield "ImageBatch", {"image1": ("alpha", 0), "image2": b}
    yield "EmptyImage", {"width": 3, "height": 2, "batch_size": 2, "color": 0x123456}
    yield "ImagePadForOutpaint", {"image": a, "left": 8, "top": 0, "right": 0, "bottom": 8, "feathering": 3}
    yield "ImageCrop", {"image": a, "width": 4, "height": 30, "x": 5, "y": 3}
    yield "ImageRotate", {"image": a, "rotation": "90 degrees"}
    yield "ImageRotate", {"image": a, "rotation": "270 degrees"}
    yield "ImageFlip", {"image": a, "flip_method": "y-axis: horizontally"}
    yield "ResizeAndPadImage", {"image": a, "target_width": 9, "target_height": 9, "padding_color": "white",
                                "interpolation": "area"}
    yield "ResizeImagesByLongerEdge", {"images": a, "longer_edge": 6}
    yield "ResizeImagesByShorterEdge", {"images": a, "shorter_edge": 5}
    for direction, matches in (("right", True), ("up", True), ("left", False), ("down", False)):
        yield "ImageStitch", {"image1": a, "direction": direction, "match_image_size": matches, "spacing_width": 2,
                              "spacing_color": "green", "image2": b}
    for mode in ("normal", "multiply", "screen", "overlay", "soft_light", "difference"):
        yield "ImageBlend", {"image1": a, "image2": b, "blend_factor": 0.7, "blend_mode": mode}
    yield "ImageBlur", {"image": a, "blur_radius": 2, "sigma": 0.8}
    yield "ImageSharpen", {"image": a, "sharpen_radius": 1, "sigma": 0.6, "alpha": 0.3}
    for operation in ("erode", "dilate", "open", "close", "gradient", "bottom_hat", "top_hat"):
        yield "Morphology", {"image": a, "operation": operation, "kernel_size": 4}
    yield "Canny", {"image": a, "low_threshold": 0.2, "high_threshold": 0.9}
    for dither in ("none", "floyd-steinberg", "bayer-2", "bayer-8"):
        yield "ImageQuantize", {"image": a, "colors": 6, "dither": dither}
    yield "ImageAddNoise", {"image": a, "seed": 7, "strength": 0.3}
    yield "ImageCompositeMasked", {"destination": a, "source": b, "x": 6, "y": 4, "resize_source": False, "mask": n}
    yield "ImageCompositeMasked", {"destination": a, "source": b, "x": 0, "y": 0, "resize_source": True}
    for mode in ("ADD", "CLEAR", "DARKEN", "DST", "DST_ATOP", "DST_IN", "DST_OUT", "DST_OVER", "LIGHTEN", "MULTIPLY",
                 "OVERLAY", "SCREEN", "SRC", "SRC_ATOP", "SRC_IN", "SRC_OUT", "SRC_OVER", "XOR"):
        yield "PorterDuffImageComposite", {"source": b, "source_alpha": n, "destination": a, "destination_alpha": m,
                                           "mode": mode}
    yield "SplitImageWithAlpha", {"image": ("alpha", 0)}
    yield "JoinImageWithAlpha", {"image": a, "alpha": n}
    yield "RepeatImageBatch", {"image": b, "amount": 2}
    yield "SolidMask", {"value": 0.25, "width": 3, "height": 2}
    yield "MaskToImage", {"mask": n}
    yield "ImageToMask", {"image": a, "channel": "blue"}
    yield "ImageColorToMask", {"image": a, "color": int((INPUTS["a"][0, 2, 3] * 255).round().long() @ torch.tensor([65536, 256, 1]))}
    yield "InvertMask", {"mask": m}
    yield "ThresholdMask", {"mask": m, "value": 0.4}
    yield "CropMask", {"mask": m, "x": 2, "y": 3, "width": 40, "height": 4}
    for operation in ("multiply", "add", "subtract", "and", "or", "xor"):
        yield "MaskComposite", {"destination": m, "source": n, "x": 6, "y": 2, "operation": operation}
    yield "FeatherMask", {"mask": m, "left": 3, "top": 2, "right": 30, "bottom": 1}
    for expand, tapered in ((2, True), (2, False), (-1, True), (-2, False)):
        yield "GrowMask", {"mask": m, "expand": expand, "tapered_corners": tapered}


def record_nodes():
    import asyncio
    folder_paths.set_input_directory(tempfile.mkdtemp())  # some node packs make folders in it
    asyncio.new_event_loop().run_until_complete(nodes.init_extra_nodes(init_custom_nodes=False, init_api_nodes=False))
    recorded = []
    for class_type, inputs in cases():
        node = nodes.NODE_CLASS_MAPPINGS[class_type]
        given = {k: INPUTS[v[0]] if isinstance(v, tuple) else v for k, v in inputs.items()}
        if hasattr(node, "execute"):
            outputs = node.execute(**given).result
        else:
            outputs = getattr(node(), node.FUNCTION)(**given)
        recorded.append({"class_type": class_type,
                         "inputs": {k: {"input": v[0]} if isinstance(v, tuple) else v for k, v in inputs.items()},
                         "outputs": [{"shape": list(o.shape), "values": levels(o)} for o in outputs]})
    return {"inputs": {k: {"shape": list(v.shape), "values": levels(v)} for k, v in INPUTS.items()}, "cases": recorded}


def write(name, content):
    with open(os.path.join(HERE, name), "w") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")


make_pictures()
write("pictures.json", record_pictures())
write("image_nodes.json", record_nodes())

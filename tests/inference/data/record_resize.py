#!/usr/bin/env python3
"""Records what the reference's resizing and tiling give, for tests/inference/image and tests/inference/vae.

usage: python record_resize.py COMFYUI_FOLDER > resize.json     (with ComfyUI's Python environment)
"""
import json
import sys

sys.path.insert(0, sys.argv[1])
sys.argv = ["record", "--cpu"]
import comfy.options

comfy.options.enable_args_parsing()
import torch
import comfy.utils


def floats(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def picture(shape, seed):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


resizes = []
for method in ("nearest-exact", "bilinear", "area", "bicubic", "bislerp", "lanczos"):
    for shape, width, height, crop in (((1, 3, 5, 7), 10, 8, "disabled"), ((2, 3, 8, 6), 4, 3, "disabled"),
                                       ((1, 3, 7, 9), 6, 6, "center"), ((1, 4, 6, 6), 9, 4, "disabled"),
                                       ((1, 3, 4, 4), 4, 4, "disabled")):
        values = picture(shape, len(resizes))
        out = comfy.utils.common_upscale(values, width, height, method, crop)
        resizes.append({"method": method, "width": width, "height": height, "crop": crop, "in_shape": list(shape),
                        "in": floats(values), "out_shape": list(out.shape), "out": floats(out)})

masks = []
for shape, to in (((5, 6), (2, 4, 3, 3)), ((2, 4, 4), (3, 4, 6, 5)), ((1, 1, 4, 4), (1, 4, 4, 4))):
    values = picture(shape, 90 + len(masks))
    masks.append({"in_shape": list(shape), "in": floats(values), "to": list(to),
                  "out": floats(comfy.utils.reshape_mask(values, to))})

tilings = []
for shape, tile_x, tile_y, overlap, scale in (((1, 2, 13, 9), 6, 5, 2, 2), ((2, 1, 8, 20), 8, 8, 4, 2), ((1, 1, 24, 16), 16, 8, 4, 0.5)):
    values = picture(shape, 70 + len(tilings))
    if scale == 2:
        # Differs between tiles, so that the blending shows.
        function = lambda tile: torch.nn.functional.interpolate(tile, scale_factor=2, mode="nearest") - tile.mean()
    else:
        function = lambda tile: torch.nn.functional.avg_pool2d(tile, 2) - tile.mean()
    out = comfy.utils.tiled_scale(values, function, tile_x, tile_y, overlap, upscale_amount=scale, out_channels=shape[1])
    tilings.append({"in_shape": list(shape), "in": floats(values), "tile_width": tile_x, "tile_height": tile_y,
                    "overlap": overlap, "scale": scale, "out_shape": list(out.shape), "out": floats(out)})

json.dump({"resizes": resizes, "masks": masks, "tilings": tilings}, sys.stdout, separators=(",", ":"))
print()

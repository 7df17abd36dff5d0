"""Paints captions with the training states, for a look while training runs.

    python sample.py --out /tmp/grid.png --side 256 "a red circle, blue background" ...
"""

import argparse

import numpy as np
import torch
from PIL import Image

import scenes
from export import load_parts
from tokens import Tokenizer
from train import alphas


@torch.no_grad()
def paint(text, unet, vae, captions, side, steps=16, scale=5.0, seed=0):
    """Euler's method on the discrete schedule, as the usual servers do; RGB bytes."""
    tokenizer = Tokenizer()
    n = len(captions)
    power = alphas()
    sigmas = ((1 - power) / power).sqrt()
    times = torch.linspace(999, 0, steps)
    low = times.floor().long()
    part = times - low
    chosen = (sigmas.log()[low] * (1 - part) + sigmas.log()[(low + 1).clamp(max=999)] * part).exp()
    chosen = torch.cat([chosen, torch.zeros(1)])
    states = text(torch.tensor([tokenizer.encode(c) for c in captions] + [tokenizer.encode("")] * n))
    x = torch.randn(n, 4, side // 8, side // 8, generator=torch.Generator().manual_seed(seed)) * chosen[0]
    for i in range(steps):
        s = chosen[i]
        scaled = (x / (s * s + 1).sqrt()).repeat(2, 1, 1, 1)
        e = unet(scaled, times[i].expand(2 * n), states)
        told, empty = e.chunk(2)
        x = x + (empty + scale * (told - empty)) * (chosen[i + 1] - s)
    y = torch.cat([vae.decoder(z[None]) for z in x])
    return ((y.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("captions", nargs="*")
    ap.add_argument("--unet", default="work/unet.pt")
    ap.add_argument("--out", default="work/grid.png")
    ap.add_argument("--side", type=int, default=256)
    ap.add_argument("--count", type=int, default=12)
    ap.add_argument("--steps", type=int, default=16)
    ap.add_argument("--scale", type=float, default=5.0)
    args = ap.parse_args()
    torch.set_num_threads(1)
    captions = args.captions
    if not captions:
        rng = np.random.default_rng(11)
        captions = [scenes.caption(rng, scenes.random_scene(rng)) for _ in range(args.count)]
    for c in captions:
        print(c)
    text, unet, vae = load_parts(args.unet)
    p = paint(text, unet, vae, captions, args.side, args.steps, args.scale)
    rows = [np.concatenate(p[i:i + 6], 1) for i in range(0, len(p) // 6 * 6, 6)] or [np.concatenate(p, 1)]
    Image.fromarray(np.concatenate(rows)).save(args.out)


if __name__ == "__main__":
    main()

"""Trains the decoder of the autoencoder on whole framed pictures; resumable.

    python train_decoder.py --state work/decoder.pt --coarse --minutes 6
    python train_decoder.py --state work/decoder.pt --minutes 45

Whole pictures are used instead of crops because the last norm of the decoder
is an instance norm: its statistics must be those of the pictures to decode.
The encoder is fixed (vae.build_encoder), so latents never change and the UNet
may be trained at the same time.
"""

import argparse
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import scenes
from vae import Autoencoder, MARKS, build_encoder, latents_of, start_decoder

# (side, batch); the small side is used most at first.
SIDES = ((64, 8), (128, 4), (256, 1))
COARSE = ((64, 48), (128, 12), (256, 4))


def to_tensor(arrays):
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def make_batch(rng, side, count):
    """Pictures in -1..1 and their marks."""
    batch = [scenes.random_scene(rng, 0.4) for _ in range(count)]
    pictures = to_tensor([scenes.render(s, side) for s in batch]) * 2 - 1
    return pictures, to_tensor([scenes.render_marks(s, side) for s in batch])


def edge_loss(a, b):
    dx = (a[..., :, 1:] - a[..., :, :-1]) - (b[..., :, 1:] - b[..., :, :-1])
    dy = (a[..., 1:, :] - a[..., :-1, :]) - (b[..., 1:, :] - b[..., :-1, :])
    return dx.abs().mean() + dy.abs().mean()


def save_comparison(vae, path, side, seed=5, count=6):
    x, _ = make_batch(np.random.default_rng(seed), side, count)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        y = vae.decoder(latents_of(x)).float()
    error = (x - y).abs().mean().item()
    both = torch.cat([torch.cat(list(t), 2) for t in (x, y)], 1)
    pixels = ((both.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(pixels).save(path)
    return error


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--state", default="work/decoder.pt")
    ap.add_argument("--minutes", type=float, default=60)
    ap.add_argument("--rate", type=float, default=1.2e-3)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--noise", type=float, default=0.04, help="mean deviation of the noise added to latents")
    ap.add_argument("--coarse", action="store_true", help="first stage: marks at the latents' resolution")
    ap.add_argument("--seed", type=int, default=0)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)

    vae = Autoencoder()
    build_encoder(vae)
    start_decoder(vae)
    net = vae.decoder
    if os.path.exists(args.state):
        net.load_state_dict(torch.load(args.state)["model"])
    net.to(memory_format=torch.channels_last)
    ema = {k: v.detach().clone() for k, v in net.state_dict().items()}
    trained = list(net.parameters())
    opt = torch.optim.AdamW(trained, lr=args.rate, betas=(0.9, 0.98), weight_decay=1e-4, fused=True)

    start = time.time()
    step, seen, recent, shown = 0, 0, [], 0
    while True:
        done = (time.time() - start) / (args.minutes * 60)
        if done >= 1:
            break
        rate = args.rate * min(1, (step + 1) / 60) * (0.5 + 0.5 * np.cos(np.pi * done)) + 1e-5
        for group in opt.param_groups:
            group["lr"] = rate
        small = 0.2
        side, count = (COARSE if args.coarse else SIDES)[rng.choice(3, p=(small, (1 - small) * 0.7, (1 - small) * 0.3))]
        x, marks = make_batch(rng, side, count)
        with torch.no_grad():
            z = latents_of(x)
            z += args.noise * 2 * torch.rand(count, 1, 1, 1) * torch.randn_like(z)
            z = z.contiguous(memory_format=torch.channels_last)
        if args.coarse:
            with torch.autocast("cpu", torch.bfloat16):
                h = net.coarse_marks(z)
            target = F.avg_pool2d(marks, 8).repeat_interleave(2, 1)
            l1 = (h.float() - target).abs().mean()
            marked = ((h.float() - target) ** 2).mean()
            loss = 10 * marked + l1
        else:
            with torch.autocast("cpu", torch.bfloat16):
                h = net.features(z)
                y = net.paint(h).float()
            l1 = (x - y).abs().mean()
            tint = (x - y).mean((2, 3)).abs().mean()
            marked = ((h[:, :2 * MARKS].float() - marks.repeat_interleave(2, 1)) ** 2).mean()
            loss = l1 + 0.5 * ((x - y) ** 2).mean((1, 2, 3)).sqrt().mean() + 0.5 * tint + 0.7 * edge_loss(x, y)
            loss = loss + 2 * marked
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        opt.step()
        step += 1
        seen += count
        recent.append((l1.item(), marked.item()))
        decay = min(0.995, step / (step + 10))
        with torch.no_grad():
            for k, v in net.state_dict().items():
                ema[k].lerp_(v, 1 - decay)
        if step % 25 == 0:
            minutes = (time.time() - start) / 60
            print(f"{minutes:6.2f} min step {step} seen {seen} l1 and marks {np.mean(recent, 0).round(4)}", flush=True)
            recent = []
        if time.time() - start - shown > 150:
            shown = time.time() - start
            torch.save({"model": ema}, args.state)
            live = {k: v.clone() for k, v in net.state_dict().items()}
            net.load_state_dict(ema)
            error = save_comparison(vae, args.state.replace(".pt", ".png"), 256)
            net.load_state_dict(live)
            print(f"ema l1 at 256: {error:.4f}", flush=True)
    net.load_state_dict(ema)
    torch.save({"model": ema}, args.state)
    for side in (128, 256, 512):
        print(side, save_comparison(vae, args.state.replace(".pt", f"-{side}.png"), side))


if __name__ == "__main__":
    main()

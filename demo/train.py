"""Trains the UNet on captioned scenes, with the text encoder as it is; resumable.

    python train.py --text work/text.pt --state work/unet.pt --minutes 60
    python train.py --state work/unet.pt --minutes 15 --begin 0.5 --quantise   # last stage

Latents are block averages (see vae.py), so pictures are drawn at half size
and averaged; nothing is encoded and no picture is seen twice.  The model
predicts the noise on SD1.5's schedule.  Batches mix 128, 256 and 512 pixels.
"""

import argparse
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import scenes
from quantise import fake_quantise
from text import TextEncoder
from tokens import Tokenizer
from train_text import used_tokens
from unet import UNet
from vae import latents_of_quarters

BATCH = {128: 20, 256: 8, 512: 2}
# From which share of the run on, and how likely each side then is.
PLAN = ((0.0, (0.80, 0.20, 0.00)), (0.3, (0.35, 0.62, 0.03)), (0.6, (0.10, 0.75, 0.15)))
DROP = 0.12
# With --quantise, from which share of the plan on the UNet trains on rounded weights.
ROUND_FROM = 0.85


def alphas():
    """Cumulative signal power of SD1.5's 1000 steps."""
    betas = torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()


class Captions:
    """A slowly changing pool of captions with their scenes and text states.

    The text encoder is frozen here, so every caption is encoded once and used
    for several pictures, whose positions and exact sizes differ each time.
    """

    def __init__(self, rng, tokenizer, text, count):
        self.rng, self.tokenizer, self.text = rng, tokenizer, text
        self.pools, self.turn = ([], []), [0, 0]
        self.empty = self.encode([""])[0]
        while len(self.pools[0]) < count:
            for share in (0.0, 1.0):
                self.add(share, 24, grow=True)

    @torch.no_grad()
    def encode(self, texts):
        with torch.autocast("cpu", torch.bfloat16):
            return self.text(torch.tensor([self.tokenizer.encode(t) for t in texts])).to(torch.bfloat16)

    def add(self, pair_share, count, grow=False):
        batch = [scenes.random_scene(self.rng, pair_share) for _ in range(count)]
        states = self.encode([scenes.caption(self.rng, s) for s in batch])
        which = int(pair_share)
        pool = self.pools[which]
        for item in zip(batch, states):
            if grow:
                pool.append(item)
            else:
                pool[self.turn[which] % len(pool)] = item
                self.turn[which] += 1

    def draw(self, side, count, pair_share):
        """(latents, text states) of fresh pictures; some captions are empty."""
        pictures, states = [], []
        for _ in range(count):
            pool = self.pools[int(self.rng.random() < pair_share)]
            scene, state = pool[int(self.rng.integers(len(pool)))]
            states.append(self.empty if self.rng.random() < DROP else state)
            pictures.append(scenes.render(scenes.jitter(self.rng, scene), side // 2))
        x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2) * 2 - 1
        return latents_of_quarters(F.avg_pool2d(x, 2)), torch.stack(states)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--text", default="work/text.pt")
    ap.add_argument("--state", default="work/unet.pt")
    ap.add_argument("--minutes", type=float, default=60)
    ap.add_argument("--rate", type=float, default=1.5e-3)
    ap.add_argument("--begin", type=float, default=0.0, help="share of the plan to start at")
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--pool", type=int, default=1500, help="captions of each kind in the pool")
    ap.add_argument("--quantise", action="store_true")
    ap.add_argument("--seed", type=int, default=0)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    tokenizer = Tokenizer()
    text, unet = TextEncoder(used_tokens(tokenizer)), UNet()
    nets = torch.nn.ModuleDict({"text": text, "unet": unet})
    opt_state, saved = None, None
    if os.path.exists(args.state):
        saved = torch.load(args.state)
        for key in ("live", "ema"):
            saved[key] = {k: v for k, v in saved[key].items() if not k.startswith("heads.")}
        nets.load_state_dict(saved["live"])
        opt_state = saved.get("opt")
    else:
        text.load_state_dict(torch.load(args.text)["text"])
    text.requires_grad_(False)
    unet.to(memory_format=torch.channels_last)
    ema = {k: v.detach().clone() for k, v in (saved["ema"] if saved else nets.state_dict()).items()}
    named = {k: p for k, p in nets.named_parameters() if p.requires_grad}
    everything = list(named.values())
    opt = torch.optim.AdamW(everything, lr=args.rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    if opt_state and len(opt_state["param_groups"]) == 1:
        opt.load_state_dict(opt_state)
    if args.quantise:
        fake_quantise(text)
    rounding = False
    captions = Captions(rng, tokenizer, text, args.pool)
    power = alphas()

    start, step, seen, losses, saved_at = time.time(), 0, 0, [], 0
    while True:
        elapsed = time.time() - start
        done = elapsed / (args.minutes * 60)
        if done >= 1:
            break
        place = args.begin + (1 - args.begin) * done
        if args.quantise and place >= ROUND_FROM and not rounding:
            fake_quantise(unet)
            rounding = True
        rate = float(args.rate * min(1, (step + 1) / 100) * (0.02 + 0.49 * (1 + np.cos(np.pi * place))))
        for group in opt.param_groups:
            group["lr"] = rate
        odds = [p for begin, p in PLAN if place >= begin][-1]
        side = int(rng.choice(list(BATCH), p=odds))
        count = BATCH[side]
        captions.add(float(step % 2), 8)
        x0, states = captions.draw(side, count, 0.1 + 0.25 * min(1, 2 * place))
        high = torch.rand(count) < 0.3
        t = torch.where(high, torch.randint(500, 1000, (count,)), torch.randint(0, 1000, (count,)))
        a = power[t].view(-1, 1, 1, 1)
        # A little shared offset keeps the mean of a noisy latent from telling
        # the mean colour, which pure noise does not have at sampling time.
        noise = torch.randn_like(x0) + 0.1 * torch.randn(count, 4, 1, 1)
        noisy = a.sqrt() * x0 + (1 - a).sqrt() * noise
        with torch.autocast("cpu", torch.bfloat16):
            guess = unet(noisy.contiguous(memory_format=torch.channels_last), t, states)
        error = ((guess.float() - noise) ** 2).mean((1, 2, 3))
        snr = power[t] / (1 - power[t])
        weight = snr.clamp(max=5) / snr
        loss = (weight * error).mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(everything, 1.0)
        opt.step()
        step += 1
        seen += count
        losses.append(loss.item())
        decay = min(0.997, (step + 1) / (step + 10))
        with torch.no_grad():
            for k, p in named.items():
                ema[k].lerp_(p, 1 - decay)
        if step % 50 == 0:
            print(f"{elapsed / 60:6.2f} min step {step} seen {seen} loss {np.mean(losses):.4f} "
                  f"rate {rate:.2e}", flush=True)
            losses = []
        if elapsed - saved_at > 100:
            saved_at = elapsed
            save(args.state, nets, ema, named, opt)
    save(args.state, nets, ema, named, opt)


def save(path, nets, ema, named, opt):
    live = {k: v for k, v in ema.items()}
    live.update({k: p.detach() for k, p in named.items()})
    torch.save({"live": live, "ema": ema, "opt": opt.state_dict()}, path + ".new")
    os.replace(path + ".new", path)


if __name__ == "__main__":
    main()

"""Trains the UNet on captioned scenes, with the text encoder as it is; resumable.

    python train.py --text work/text.pt --state work/unet.pt --minutes 90

Latents are block averages (see vae.py), so pictures are drawn at a quarter of
the size and averaged; nothing is encoded and no picture is seen twice.  The
model predicts the noise on SD1.5's schedule.  Batches mix 128, 256 and 512
pixels.  A killed run goes on where its state file stopped: give `--begin` the
share of the plan that is done, and in `--minutes` the time that is left.  Time is
that of the processor, so a run beside other work is the same run, only longer.
"""

import argparse
import contextlib
import os
import time

import numpy as np
import torch

import scenes
from muon import Muon
from quantise import PRECISE, as_stored
from text import TextEncoder
from tokens import Tokenizer
from train_text import used_tokens
from unet import UNet
from vae import latents_of_quarters

BATCH = {128: 32, 256: 16, 512: 4}
# From which share of the run on, and how likely each side then is.
PLAN = ((0.0, (0.8, 0.2, 0.0)), (0.1, (0.0, 0.9, 0.1)), (0.4, (0.0, 0.8, 0.2)))
DROP = 0.1
# From which share of the plan on the inputs are led astray, and the weights rounded.
ASTRAY_FROM = 0.4
ROUND_FROM = 0.9


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
                self.add(share, 32, grow=True)

    @torch.no_grad()
    def encode(self, texts):
        return self.text(torch.tensor([self.tokenizer.encode(t) for t in texts]))

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
        """(latents, text states, which captions are told) of fresh pictures."""
        pictures, states, told = [], [], []
        for _ in range(count):
            pool = self.pools[int(self.rng.random() < pair_share)]
            scene, state = pool[int(self.rng.integers(len(pool)))]
            told.append(self.rng.random() >= DROP)
            states.append(state if told[-1] else self.empty)
            pictures.append(scenes.render(scenes.jitter(self.rng, scene), side // 4))
        x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2) * 2 - 1
        return latents_of_quarters(x), torch.stack(states), torch.tensor(told)


def astray(x0, t, told):
    """Latents as a sampler that erred may hold them: too strong, or with a ghost of another picture.

    The wanted answer stays x0, so the model learns to mend its own mistakes.
    """
    n = len(x0)
    strength = torch.empty(n, 1, 1, 1).uniform_(-0.3, 0.6)
    ghost = torch.empty(n, 1, 1, 1).uniform_(0, 0.25)
    off = strength * (x0 - x0.mean(0, keepdim=True)) + ghost * (x0.roll(1, 0) - x0)
    chosen = (torch.rand(n) < 0.4) & told & (t > 300)
    return x0 + off * chosen.view(-1, 1, 1, 1)


def draw_times(n):
    """Steps, most of them noisy: there the text decides, and the decoder forgives a little noise at the end."""
    low = torch.tensor([600, 300, 0])
    high = torch.tensor([1000, 600, 300])
    which = torch.multinomial(torch.tensor([0.62, 0.28, 0.10]), n, replacement=True)
    return (low[which] + torch.rand(n) * (high - low)[which]).long().clamp(max=999)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--text", default="work/text.pt")
    ap.add_argument("--state", default="work/unet.pt")
    ap.add_argument("--minutes", type=float, default=90)
    ap.add_argument("--rate", type=float, default=3e-3)
    ap.add_argument("--begin", type=float, default=0.0, help="share of the plan to start at")
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--pool", type=int, default=2000, help="captions of each kind in the pool")
    ap.add_argument("--seed", type=int, default=0)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    tokenizer = Tokenizer()
    text, unet = TextEncoder(used_tokens(tokenizer)), UNet()
    nets = torch.nn.ModuleDict({"text": text, "unet": unet})
    saved = torch.load(args.state) if os.path.exists(args.state) else None
    if saved:
        nets.load_state_dict(saved["live"])
    else:
        text.load_state_dict(torch.load(args.text)["text"])
    text.requires_grad_(False)
    ema = {k: v.detach().clone() for k, v in (saved["ema"] if saved else nets.state_dict()).items()}
    named = {k: p for k, p in nets.named_parameters() if p.requires_grad}
    everything = list(named.values())
    matrices = [p for k, p in named.items() if p.ndim > 1 and not ("." + k).endswith(PRECISE)]
    others = [p for p in everything if not any(p is m for m in matrices)]
    adam = torch.optim.AdamW(others, lr=args.rate, betas=(0.9, 0.99), weight_decay=0.0, fused=True)
    muon = Muon(matrices)
    if saved:
        adam.load_state_dict(saved["adam"])
        muon.load_state_dict(saved["muon"])
    captions = Captions(rng, tokenizer, text, args.pool)
    power = alphas()

    start, step, losses, counts, saved_at = time.process_time(), 0, {}, {}, 0
    while True:
        elapsed = (time.process_time() - start) / args.threads
        done = elapsed / (args.minutes * 60)
        if done >= 1:
            break
        place = args.begin + (1 - args.begin) * done
        rate = float(args.rate * min(1, (step + 1) / 60) * (0.01 + 0.495 * (1 + np.cos(np.pi * place))))
        for group in adam.param_groups:
            group["lr"] = rate
        odds = [p for begin, p in PLAN if place >= begin][-1]
        side = int(rng.choice(list(BATCH), p=odds))
        count = BATCH[side]
        captions.add(float(step % 2), 4)
        x0, states, told = captions.draw(side, count, 0.2 + 0.3 * min(1, 2 * place))
        t = draw_times(count)
        a = power[t].view(-1, 1, 1, 1)
        held = astray(x0, t, told) if place >= ASTRAY_FROM else x0
        # A little shared offset keeps the mean of a noisy latent from telling
        # the mean colour, which pure noise does not have at sampling time.
        noise = torch.randn_like(x0) + 0.05 * torch.randn(count, 4, 1, 1)
        noisy = a.sqrt() * held + (1 - a).sqrt() * noise
        noise = (noisy - a.sqrt() * x0) / (1 - a).sqrt()
        with as_stored(named) if place >= ROUND_FROM else contextlib.nullcontext():
            error = ((unet(noisy, t, states) - noise) ** 2).mean((1, 2, 3))
            # An even weight on the noise would forget where the text alone decides,
            # and an even one on the picture would listen to little else.
            ratio = power[t] / (1 - power[t])
            loss = (ratio.clamp(max=0.5) ** 0.25 / ratio * error).mean()
            loss.backward()
        torch.nn.utils.clip_grad_norm_(everything, 1.0)
        adam.step()
        muon.step(rate)
        for p in everything:
            p.grad = None
        step += 1
        losses.setdefault(side, []).append(loss.item())
        counts[side] = counts.get(side, 0) + count
        decay = min(0.995, (step + 1) / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_([ema[k] for k in named], everything, 1 - decay)
        if step % 50 == 0:
            told_losses = " ".join(f"{k}: {np.mean(v):.4f}" for k, v in sorted(losses.items()))
            print(f"{elapsed / 60:6.2f} min step {step} place {place:.3f} seen {counts} loss {told_losses} "
                  f"rate {rate:.2e}", flush=True)
            losses = {}
        if elapsed - saved_at > 100:
            saved_at = elapsed
            save(args.state, nets, ema, named, adam, muon)
    save(args.state, nets, ema, named, adam, muon)


def save(path, nets, ema, named, adam, muon):
    torch.save({"live": nets.state_dict(), "ema": ema, "adam": adam.state_dict(), "muon": muon.state_dict()},
               path + ".new")
    os.replace(path + ".new", path)


if __name__ == "__main__":
    main()

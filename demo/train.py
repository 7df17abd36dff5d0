"""Trains the UNet and the text encoder on captioned scenes; resumable.

    python train.py --text work/text.pt --state work/unet.pt --minutes 60
    python train.py --state work/unet.pt --minutes 8 --quantise     # last stage

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
from train_text import Heads, labels_of, used_tokens
from unet import UNet
from vae import latents_of_quarters

BATCH = {128: 24, 256: 8, 512: 2}
# From which share of the run on, and how likely each side then is.
PLAN = ((0.0, (0.70, 0.30, 0.00)), (0.25, (0.30, 0.64, 0.06)), (0.6, (0.10, 0.70, 0.20)))
DROP = 0.12


def alphas():
    """Cumulative signal power of SD1.5's 1000 steps."""
    betas = torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()


def draw(rng, tokenizer, side, count, pair_share):
    """(latents, token ids, labels) of fresh scenes; some captions are empty."""
    pictures, texts, labels = [], [], []
    for _ in range(count):
        scene = scenes.random_scene(rng, pair_share)
        text = scenes.caption(rng, scene)
        labels.append(labels_of(scene, text))
        texts.append("" if rng.random() < DROP else text)
        pictures.append(scenes.render(scene, side // 2))
    x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2) * 2 - 1
    latents = latents_of_quarters(F.avg_pool2d(x, 2))
    ids = torch.tensor([tokenizer.encode(t) for t in texts])
    told = torch.tensor([t != "" for t in texts])
    return latents, ids, torch.tensor(labels), told


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--text", default="work/text.pt")
    ap.add_argument("--state", default="work/unet.pt")
    ap.add_argument("--minutes", type=float, default=60)
    ap.add_argument("--rate", type=float, default=1.5e-3)
    ap.add_argument("--begin", type=float, default=0.0, help="share of the plan to start at")
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--quantise", action="store_true")
    ap.add_argument("--seed", type=int, default=0)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    tokenizer = Tokenizer()
    text, unet, heads = TextEncoder(used_tokens(tokenizer)), UNet(), Heads()
    nets = torch.nn.ModuleDict({"text": text, "unet": unet, "heads": heads})
    opt_state = None
    if os.path.exists(args.state):
        saved = torch.load(args.state)
        nets.load_state_dict(saved["live"] if not args.quantise else saved["ema"])
        opt_state = saved.get("opt")
        old_ema = saved["ema"]
    else:
        saved = torch.load(args.text)
        text.load_state_dict(saved["text"])
        heads.load_state_dict(saved["heads"])
        old_ema = None
    unet.to(memory_format=torch.channels_last)
    ema = {k: v.detach().clone() for k, v in (old_ema or nets.state_dict()).items()}
    named = {k: p for k, p in nets.named_parameters() if p.requires_grad}
    groups = [{"params": [p for k, p in named.items() if k.startswith("unet")], "scale": 1.0},
              {"params": [p for k, p in named.items() if not k.startswith("unet")], "scale": 0.4}]
    opt = torch.optim.AdamW(groups, lr=args.rate, betas=(0.9, 0.99), weight_decay=0.01)
    if opt_state:
        opt.load_state_dict(opt_state)
        for group, scale in zip(opt.param_groups, (1.0, 0.4)):
            group["scale"] = scale
    if args.quantise:
        fake_quantise(text)
        fake_quantise(unet)
    everything = list(named.values())
    power = alphas()

    start, step, seen, losses, shares, saved_at = time.time(), 0, 0, [], [], 0
    while True:
        elapsed = time.time() - start
        done = elapsed / (args.minutes * 60)
        if done >= 1:
            break
        place = args.begin + (1 - args.begin) * done
        rate = args.rate * min(1, (step + 1) / 100) * (0.02 + 0.49 * (1 + np.cos(np.pi * place)))
        for group in opt.param_groups:
            group["lr"] = rate * group["scale"]
        odds = [p for begin, p in PLAN if place >= begin][-1]
        side = int(rng.choice(list(BATCH), p=odds))
        count = BATCH[side]
        x0, ids, labels, told = draw(rng, tokenizer, side, count, 0.1 + 0.25 * min(1, 2 * place))
        high = torch.rand(count) < 0.3
        t = torch.where(high, torch.randint(500, 1000, (count,)), torch.randint(0, 1000, (count,)))
        a = power[t].view(-1, 1, 1, 1)
        # A little shared offset keeps the mean of a noisy latent from telling
        # the mean colour, which pure noise does not have at sampling time.
        noise = torch.randn_like(x0) + 0.1 * torch.randn(count, 4, 1, 1)
        noisy = a.sqrt() * x0 + (1 - a).sqrt() * noise
        with torch.autocast("cpu", torch.bfloat16):
            states = text(ids)
            guess = unet(noisy.contiguous(memory_format=torch.channels_last), t, states.to(torch.bfloat16))
        error = ((guess.float() - noise) ** 2).mean((1, 2, 3))
        snr = power[t] / (1 - power[t])
        weight = snr.clamp(max=5) / snr
        loss = (weight * error).mean()
        named_loss, share = heads.loss(states[told], ids[told], labels[told]) if told.any() else (0, 0)
        total = loss + 0.02 * named_loss
        opt.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(everything, 1.0)
        opt.step()
        step += 1
        seen += count
        losses.append(loss.item())
        shares.append(share)
        decay = min(0.997, (step + 1) / (step + 10))
        with torch.no_grad():
            for k, p in named.items():
                ema[k].lerp_(p, 1 - decay)
        if step % 100 == 0:
            print(f"{elapsed / 60:6.2f} min step {step} seen {seen} loss {np.mean(losses):.4f} "
                  f"named {np.mean(shares):.3f} rate {rate:.2e}", flush=True)
            losses, shares = [], []
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

"""Teaches the text encoder to write down the scene that a caption asks for.

    python train_text.py --state work/text.pt --minutes 3

A caption of CLIP's layout is followed by padding, and every padding state sees
the whole caption.  Padding position p holds slot p % 3: the ground, the first
(left or top, or only) object, or the second one.  A slot's code is a plain list
of numbers: latent colours, one-hot shape, size and place, and where the object
stands.  The UNet's cross-attention reads them.
"""

import argparse
import time

import numpy as np
import torch

import scenes
from text import SLOTS, TextEncoder
from tokens import END, START, Tokenizer
from vae import SHIFT, SPREAD

KINDS = 3
GROUND, OWN, SHAPE, PLACE, SIZE, KIND = 0, 4, 8, 16, 21, 24
CX, CY, EXTENT, PAIR, EMPTY, ONE, CODE = 27, 28, 29, 30, 31, 32, 33


def latent_colour(name):
    rgb = np.array(scenes.PALETTE[name]) / 127.5 - 1
    return (rgb - np.array(SHIFT)) / np.array(SPREAD)


def codes_of(scene, text):
    """(3, CODE) float32 codes of a scene as its caption tells it; None is the empty caption."""
    out = np.zeros((KINDS, CODE), np.float32)
    out[:, ONE] = 1
    out[np.arange(KINDS), KIND + np.arange(KINDS)] = 1
    if scene is None:
        out[:, EMPTY] = 1
        return out
    if "background" in text:
        out[:, GROUND:GROUND + 3] = latent_colour(scene["background"])
        out[:, GROUND + 3] = 1
    pair = len(scene["objects"]) == 2
    out[:, PAIR] = pair
    for slot, o in enumerate(scene["objects"], 1):
        row = out[slot]
        row[OWN:OWN + 3] = latent_colour(o["colour"])
        row[OWN + 3] = 1
        row[SHAPE + scenes.SHAPES.index(o["shape"])] = 1.5
        row[PLACE + scenes.PLACES.index(o["place"])] = 1
        row[SIZE + scenes.SIZES.index(o["size"])] = 1
        cx, cy, radius = scenes.usual_stand(o["size"], o["place"], pair)
        row[CX], row[CY], row[EXTENT] = 4 * (cx - 0.5), 4 * (cy - 0.5), 6 * radius
    return out


def wrong_slots(told, codes):
    """How many of (n, CODE) codes name another colour, shape, size or place than `codes`."""
    wrong = torch.zeros(len(codes), dtype=torch.bool)
    for begin, end in ((SHAPE, PLACE), (PLACE, SIZE), (SIZE, KIND)):
        there = codes[:, begin:end].sum(1) > 0.5
        wrong |= there & (told[:, begin:end].argmax(1) != codes[:, begin:end].argmax(1))
    for begin in (GROUND, OWN):
        wrong |= (told[:, begin:begin + 4] - codes[:, begin:begin + 4]).abs().amax(1) > 0.2
    return wrong


def used_tokens(tokenizer):
    return sorted({START, END, *tokenizer.encode(scenes.vocabulary())})


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--state", default="work/text.pt")
    ap.add_argument("--minutes", type=float, default=3)
    ap.add_argument("--rate", type=float, default=3e-3)
    args = ap.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    tokenizer = Tokenizer()
    net = TextEncoder(used_tokens(tokenizer))
    params = [p for p in net.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(params, lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01)
    kinds = torch.arange(SLOTS) % KINDS
    start, step, losses, wrongs = time.time(), 0, [], []
    while time.time() - start < args.minutes * 60:
        done = (time.time() - start) / (args.minutes * 60)
        for group in opt.param_groups:
            group["lr"] = args.rate * min(1, (step + 1) / 50) * (0.02 + 0.49 * (1 + np.cos(np.pi * done)))
        batch = [scenes.random_scene(rng, 0.6) for _ in range(31)]
        texts = [scenes.caption(rng, s) for s in batch] + [""]
        ids = torch.tensor([tokenizer.encode(t) for t in texts])
        codes = torch.from_numpy(np.stack([codes_of(s, t) for s, t in zip(batch + [None], texts)]))
        wanted = codes[:, kinds]
        states = net(ids)[:, :, :CODE]
        padding = ids == END
        error = ((states - wanted) ** 2).sum(-1)
        loss = error[padding].mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        step += 1
        losses.append(loss.item())
        wrongs.append(wrong_slots(states[padding], wanted[padding]).float().mean().item())
        if step % 50 == 0:
            print(f"{(time.time() - start) / 60:.2f} min step {step} error {np.mean(losses[-50:]):.4f} "
                  f"wrong {100 * np.mean(wrongs[-50:]):.2f} %", flush=True)
    torch.save({"text": net.state_dict()}, args.state)


if __name__ == "__main__":
    main()

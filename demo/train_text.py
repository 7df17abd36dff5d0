"""Gives the text encoder a head start: name what a caption says.

    python train_text.py --state work/text.pt --minutes 3

Linear heads read background, and colour, shape, size and place of the first
(left or top) and second object from the state of a token at or after the end
of the caption.  The heads are kept for an auxiliary loss while the UNet
trains, and are not part of the checkpoint.
"""

import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import scenes
from text import TextEncoder, WIDTH
from tokens import END, START, Tokenizer

FIELDS = {"background": scenes.COLOURS}
for slot in "01":
    FIELDS |= {"colour" + slot: scenes.COLOURS, "shape" + slot: scenes.SHAPES,
               "size" + slot: scenes.SIZES, "place" + slot: scenes.PLACES}
UNKNOWN = -100
# Longest caption and some padding; the later positions learn with the UNet.
SHORT = 36


def labels_of(scene, text):
    """Class indices of all fields; UNKNOWN where the caption does not say."""
    background = scenes.COLOURS.index(scene["background"]) if "background" in text else UNKNOWN
    out = [background]
    for slot in range(2):
        if slot < len(scene["objects"]):
            o = scene["objects"][slot]
            out += [scenes.COLOURS.index(o["colour"]), scenes.SHAPES.index(o["shape"]),
                    scenes.SIZES.index(o["size"]), scenes.PLACES.index(o["place"])]
        else:
            out += [UNKNOWN] * 4
    return out


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.sizes = [len(v) for v in FIELDS.values()]
        self.all = nn.Linear(WIDTH, sum(self.sizes))
        self.pair = nn.Linear(WIDTH, 2)

    def loss(self, states, ids, labels):
        """Mean cross-entropy at the end token and at one later position of each row."""
        n = len(ids)
        ends = (ids == END).int().argmax(1)
        later = torch.minimum(ends + torch.randint(0, 50, (n,)), torch.full((n,), states.shape[1] - 1))
        total, right, count = 0.0, 0, 0
        for where in (ends, later):
            h = states[torch.arange(n), where].float()
            pair = (labels[:, 5] != UNKNOWN).long()
            total = total + F.cross_entropy(self.pair(h), pair)
            for logits, target in zip(self.all(h).split(self.sizes, 1), labels.T):
                told = target != UNKNOWN
                if told.any():
                    total = total + F.cross_entropy(logits, target, ignore_index=UNKNOWN) / 4
                    right += (logits.argmax(1) == target)[told].sum().item()
                    count += told.sum().item()
        return total, right / max(count, 1)


def used_tokens(tokenizer):
    return sorted({START, END, *tokenizer.encode(scenes.vocabulary())})


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--state", default="work/text.pt")
    ap.add_argument("--minutes", type=float, default=3)
    args = ap.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    tokenizer = Tokenizer()
    net = TextEncoder(used_tokens(tokenizer))
    heads = Heads()
    params = list(net.parameters()) + list(heads.parameters())
    opt = torch.optim.AdamW(params, lr=3e-3, betas=(0.9, 0.98), weight_decay=0.01)
    start, step, shares = time.time(), 0, []
    while time.time() - start < args.minutes * 60:
        done = (time.time() - start) / (args.minutes * 60)
        for group in opt.param_groups:
            group["lr"] = 3e-3 * min(1, (step + 1) / 50) * (1 - 0.9 * done)
        batch = [scenes.random_scene(rng, 0.5) for _ in range(32)]
        texts = [scenes.caption(rng, s) for s in batch]
        ids = torch.tensor([tokenizer.encode(t) for t in texts])
        labels = torch.tensor([labels_of(s, t) for s, t in zip(batch, texts)])
        with torch.autocast("cpu", torch.bfloat16):
            states = net(ids[:, :SHORT])
        loss, share = heads.loss(states, ids, labels)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        step += 1
        shares.append(share)
        if step % 100 == 0:
            print(f"{(time.time() - start) / 60:.2f} min step {step} loss {loss.item():.3f} "
                  f"right {np.mean(shares[-50:]):.4f}", flush=True)
    torch.save({"text": net.state_dict(), "heads": heads.state_dict()}, args.state)


if __name__ == "__main__":
    main()

"""Joins the trained parts into one checkpoint of at most 16,000,000 bytes.

    python export.py --unet work/unet.pt --out easel-demo.safetensors
"""

import argparse
import os

import torch
from safetensors.torch import save_file

from quantise import stored
from text import TextEncoder, VOCABULARY, WIDTH
from tokens import Tokenizer
from train_text import used_tokens
from unet import UNet
from vae import Autoencoder, build_decoder, build_encoder

LIMIT = 16_000_000


def part(state, prefix):
    return {k[len(prefix):]: v for k, v in state.items() if k.startswith(prefix)}


def load_parts(unet_path, which="ema"):
    """(text encoder, UNet, autoencoder) from the training states."""
    text, unet, vae = TextEncoder(used_tokens(Tokenizer())), UNet(), Autoencoder()
    state = torch.load(unet_path)[which]
    text.load_state_dict(part(state, "text."))
    unet.load_state_dict(part(state, "unet."))
    build_encoder(vae)
    build_decoder(vae)
    return text, unet, vae


@torch.no_grad()
def clear_inactive(unet):
    """Zero the matrices of the blocks that do nothing."""
    for parts in (*unet.input_blocks, *unet.output_blocks):
        for m in parts:
            if getattr(m, "active", True):
                continue
            for name, p in m.named_parameters():
                if p.ndim > 1 and not name.startswith("skip_connection"):
                    p.zero_()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--unet", default="work/unet.pt")
    ap.add_argument("--out", default="easel-demo.safetensors")
    args = ap.parse_args()
    text, unet, vae = load_parts(args.unet)
    clear_inactive(unet)
    # Rows of words that no caption uses: small noise, so that they say nothing.
    fill = torch.randn(VOCABULARY, WIDTH, generator=torch.Generator().manual_seed(7)) * 0.05
    tensors = {}
    for prefix, state in (("model.diffusion_model.", unet.state_dict()),
                          ("first_stage_model.", vae.state_dict()),
                          ("cond_stage_model.transformer.", text.published(fill))):
        for name, value in state.items():
            kept = stored(prefix + name, value.detach().float().contiguous())
            if not torch.isfinite(kept.float()).all():
                raise SystemExit(f"{prefix}{name} is not finite in {kept.dtype}")
            tensors[prefix + name] = kept
    save_file(tensors, args.out, metadata={"title": "easel demo: framed shapes, SD1.5 layout"})
    size = os.path.getsize(args.out)
    print(len(tensors), "tensors", size, "bytes")
    if size > LIMIT:
        raise SystemExit(f"larger than {LIMIT} bytes")


if __name__ == "__main__":
    main()

"""CLIP-L's layout at width 64: 12 causal layers with one head, quick-GELU."""

import torch
import torch.nn.functional as F
from torch import nn

WIDTH, LAYERS, SLOTS, VOCABULARY = 64, 12, 77, 49408
# The other layers of the layout are no-ops: their last projections are zero.
ACTIVE_LAYERS = (0, 2, 4, 6, 8, 10)


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj = nn.Linear(WIDTH, WIDTH)
        self.k_proj = nn.Linear(WIDTH, WIDTH)
        self.v_proj = nn.Linear(WIDTH, WIDTH)
        self.out_proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        q, k, v = (m(x).unsqueeze(1) for m in (self.q_proj, self.k_proj, self.v_proj))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(y.squeeze(1))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, 4 * WIDTH)
        self.fc2 = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(x * torch.sigmoid(1.702 * x))


class Layer(nn.Module):
    def __init__(self, active):
        super().__init__()
        self.active = active
        self.self_attn = SelfAttention()
        self.layer_norm1 = nn.LayerNorm(WIDTH)
        self.mlp = Mlp()
        self.layer_norm2 = nn.LayerNorm(WIDTH)
        for last in (self.self_attn.out_proj, self.mlp.fc2):
            nn.init.normal_(last.weight, std=0.02 if active else 0)
            nn.init.zeros_(last.bias)
        self.requires_grad_(active)

    def forward(self, x):
        if not self.active:
            return x
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class TextEncoder(nn.Module):
    """Holds embeddings only of the tokens the captions use (`used`, ascending ids)."""

    def __init__(self, used):
        super().__init__()
        self.register_buffer("used", torch.as_tensor(used, dtype=torch.long))
        self.token = nn.Embedding(len(used), WIDTH)
        self.position = nn.Parameter(torch.randn(SLOTS, WIDTH) * 0.1)
        nn.init.normal_(self.token.weight, std=0.5)
        self.layers = nn.ModuleList([Layer(i in ACTIVE_LAYERS) for i in range(LAYERS)])
        self.final_layer_norm = nn.LayerNorm(WIDTH)

    def forward(self, ids):
        """(n, length) token ids to (n, length, 64) normalised last hidden states."""
        x = self.token(torch.searchsorted(self.used, ids)) + self.position[:ids.shape[1]]
        for layer in self.layers:
            x = layer(x)
        return self.final_layer_norm(x)

    def published(self, fill):
        """State dict in the published names; unused rows come from `fill`."""
        table = fill.clone()
        table[self.used] = self.token.weight.detach()
        out = {"embeddings.token_embedding.weight": table,
               "embeddings.position_embedding.weight": self.position.detach()}
        for name, value in self.layers.state_dict().items():
            out["encoder.layers." + name] = value
        for name, value in self.final_layer_norm.state_dict().items():
            out["final_layer_norm." + name] = value
        return {"text_model." + k: v for k, v in out.items()}

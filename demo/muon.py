"""Muon: momentum whose update of every matrix is made orthogonal (Jordan et al., 2024)."""

import torch

# Quintic iteration that drives singular values to about one.
CURVE = (3.4445, -4.7750, 2.0315)
ROUNDS = 5


class Muon:
    """Trains matrices; a convolution counts as (out, in * height * width).

    The update has the size that Adam's usually has, so both share a rate.
    """

    def __init__(self, params, momentum=0.95, decay=0.01):
        self.params = list(params)
        self.momentum, self.decay = momentum, decay
        self.memory = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self, rate):
        wide, by_rows = [], {}
        for i, (p, m) in enumerate(zip(self.params, self.memory)):
            m.mul_(self.momentum).add_(p.grad)
            x = p.grad.add(m, alpha=self.momentum).flatten(1)
            x = x if x.shape[0] <= x.shape[1] else x.T
            x = x / (x.norm() + 1e-12)
            wide.append(x)
            by_rows.setdefault(x.shape[0], []).append(i)
        a, b, c = CURVE
        for rows, members in by_rows.items():
            # The iteration only needs the small Gram matrix; one product at the end applies it.
            gram = torch.stack([wide[i] @ wide[i].T for i in members])
            eye = torch.eye(rows)
            total = eye.expand_as(gram)
            for _ in range(ROUNDS):
                factor = a * eye + b * gram + c * (gram @ gram)
                total = factor @ total
                gram = factor @ gram @ factor
            for i, t in zip(members, total):
                p = self.params[i]
                x = t @ wide[i]
                shape = p.flatten(1).shape
                x = x if x.shape == shape else x.T
                p.mul_(1 - rate * self.decay)
                p.add_(x.reshape(p.shape), alpha=-rate * 0.2 * max(shape) ** 0.5)

    def state_dict(self):
        return {"memory": self.memory}

    def load_state_dict(self, state):
        for m, kept in zip(self.memory, state["memory"]):
            m.copy_(kept)

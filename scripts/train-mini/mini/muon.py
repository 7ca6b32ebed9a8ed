"""Muon for matrices beside AdamW for the rest, as one optimizer.

Muon: Keller Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024): the momentum is replaced by its
nearest semi-orthogonal matrix, found by Newton–Schulz iterations of degree five. Matrices of one shape go through them together.
"""

import torch

# Coefficients of the successive steps: Amsel et al., "The Polar Express" (2025), the first four of their table.
POLAR = [(8.2051, -22.9019, 16.4607), (4.0664, -2.8612, 0.5184), (3.9096, -2.8234, 0.5250), (3.2856, -2.4153, 0.4853)]


def orthogonalised(g: torch.Tensor) -> torch.Tensor:
    """The semi-orthogonal factors of matrices [n, rows, columns], roughly (singular values within about 0.7–1.2), in bfloat16 on the way."""
    tall = g.shape[1] > g.shape[2]
    x = g.mT if tall else g
    x = (x / (x.flatten(1).norm(dim=1)[:, None, None] * 1.01 + 1e-7)).bfloat16()
    for a, b, c in POLAR:
        s = x @ x.mT
        x = a * x + torch.baddbmm(s, s, s, beta=b, alpha=c) @ x
    return (x.mT if tall else x).to(g.dtype)


class MuonAdamW(torch.optim.Optimizer):
    """`matrices` get Muon at `lr` (weight updates of RMS ≈ 0.2·lr); each list of `others` AdamW at `lr` times its key."""

    def __init__(self, matrices, others: dict[float, list], lr: float, momentum: float = 0.95):
        shapes: dict[torch.Size, list] = {}
        for p in matrices:
            shapes.setdefault(p.shape, []).append(p)
        groups = [dict(params=params, muon=True, ratio=1.0) for params in shapes.values()]
        groups += [dict(params=params, muon=False, ratio=ratio) for ratio, params in others.items()]
        super().__init__(groups, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            lr = group["lr"] * group["ratio"]
            (self._muon if group["muon"] else self._adam)(group, lr)

    def _muon(self, group: dict, lr: float) -> None:
        params = group["params"]
        gradients = torch.stack([p.grad for p in params])
        momentum = group.setdefault("m", torch.zeros_like(gradients))
        momentum.lerp_(gradients, 1 - group["momentum"])
        updates = orthogonalised(gradients.lerp_(momentum, group["momentum"]))
        # RMS of a semi-orthogonal matrix is 1/√max(side): bring every update to the same RMS.
        torch._foreach_add_(params, list(updates.unbind()), alpha=-lr * 0.2 * max(updates.shape[1:]) ** 0.5)

    def _adam(self, group: dict, lr: float) -> None:
        for p in group["params"]:
            state = self.state[p]
            if not state:
                state["m"], state["v"], state["n"] = torch.zeros_like(p), torch.zeros_like(p), 0
            state["n"] += 1
            n = state["n"]
            state["m"].lerp_(p.grad, 0.1)
            state["v"].mul_(0.98).addcmul_(p.grad, p.grad, value=0.02)
            m, v = state["m"] / (1 - 0.9**n), state["v"] / (1 - 0.98**n)
            p.addcdiv_(m, v.sqrt_().add_(1e-8), value=-lr)

"""Muon for matrices and convolutions beside AdamW for the rest, as one optimizer.

Muon: Keller Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024): the momentum is replaced by its
nearest semi-orthogonal matrix, found by Newton–Schulz iterations of degree five.
"""

import torch

# Coefficients of the successive steps: Amsel et al., "The Polar Express" (2025), the first four of their table.
POLAR = [(8.2051, -22.9019, 16.4607), (4.0664, -2.8612, 0.5184), (3.9096, -2.8234, 0.5250), (3.2856, -2.4153, 0.4853)]


def orthogonalised(g: torch.Tensor) -> torch.Tensor:
    """The semi-orthogonal factor of a matrix, roughly (singular values within about 0.7–1.2)."""
    flip = g.shape[0] > g.shape[1]
    x = g.T if flip else g
    x = x / (x.norm() * 1.01 + 1e-7)
    for a, b, c in POLAR:
        s = x @ x.T
        x = a * x + torch.addmm(s, s, s, beta=b, alpha=c) @ x
    return x.T if flip else x


class MuonAdamW(torch.optim.Optimizer):
    """`matrices` get Muon at `lr` (weight updates of RMS ≈ 0.2·lr); each list of `others` AdamW at `lr` times its key."""

    def __init__(self, matrices, others: dict[float, list], lr: float, momentum: float = 0.95, weight_decay: float = 0.0):
        groups = [dict(params=list(matrices), muon=True, ratio=1.0)]
        groups += [dict(params=params, muon=False, ratio=ratio) for ratio, params in others.items()]
        super().__init__(groups, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            lr = group["lr"] * group["ratio"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if group["muon"]:
                    if not state:
                        state["m"] = torch.zeros_like(p)
                    state["m"].lerp_(p.grad, 1 - group["momentum"])
                    u = p.grad.lerp(state["m"], group["momentum"]).flatten(1)
                    u = orthogonalised(u)
                    # RMS of a semi-orthogonal matrix is 1/√max(side): bring every update to the same RMS.
                    p.mul_(1 - lr * group["weight_decay"]).add_(u.view_as(p), alpha=-lr * 0.2 * max(u.shape) ** 0.5)
                else:
                    if not state:
                        state["m"], state["v"], state["n"] = torch.zeros_like(p), torch.zeros_like(p), 0
                    state["n"] += 1
                    n = state["n"]
                    state["m"].lerp_(p.grad, 0.1)
                    state["v"].lerp_(p.grad.square(), 0.02)
                    m, v = state["m"] / (1 - 0.9**n), state["v"] / (1 - 0.98**n)
                    p.addcdiv_(m, v.sqrt() + 1e-8, value=-lr)

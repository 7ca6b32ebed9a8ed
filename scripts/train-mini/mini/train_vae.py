"""First stage: the autoencoder, on 64×64 crops."""

import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import edits, settings
from .muon import MuonAdamW
from .state import load_state, save_state
from .vae import FlatVae, start_from_pca

SIDE, BATCH = 64, 16


def crops(views: list[np.ndarray], rng: np.random.Generator, count: int, side: int) -> torch.Tensor:
    """[count, 3, side, side] in ±1; two in three of them edited, since edited pictures must survive too."""
    out = np.empty((count, side, side, 3), np.uint8)
    names = list(edits.EDITS)
    for i in range(count):
        v = views[rng.integers(len(views))]
        y, x = rng.integers(v.shape[0] - side + 1), rng.integers(v.shape[1] - side + 1)
        c = v[y : y + side, x : x + side]
        out[i] = edits.apply(names[rng.integers(len(names))], c) if rng.random() < 0.66 else c
    return torch.from_numpy(out).permute(0, 3, 1, 2).float() / 127.5 - 1


def psnr(a: torch.Tensor, b: torch.Tensor) -> float:
    """dB, of pictures in ±1."""
    return float(-10 * torch.log10(((a - b.clamp(-1, 1)) / 2).square().mean()))


def train_vae(views: list[np.ndarray], held: list[np.ndarray], work: Path, seconds: float, log) -> FlatVae:
    """Trains for `seconds` of processor time in all (over every call), then returns the network rounded to bfloat16's values."""
    torch.manual_seed(settings.SEED)
    rng = np.random.default_rng(settings.SEED + 1)
    vae = FlatVae()
    start = crops(views, rng, 400, SIDE)
    start_from_pca(vae, start.view(400, 3, 16, 4, 16, 4).permute(0, 2, 4, 1, 3, 5).reshape(-1, 48))
    vae = vae.to(memory_format=torch.channels_last)
    # The encoder starts at its solution, so it only follows slowly; the decoder learns from scratch.
    matrices = [p for n, p in vae.decoder.named_parameters() if p.dim() == 4 and n != "conv_out.weight"]
    chosen = {id(p) for p in [*matrices, *vae.encoder.parameters(), *vae.quant_conv.parameters()]}
    rest = [p for p in vae.parameters() if id(p) not in chosen]
    optimizer = MuonAdamW(matrices, {0.1: rest, 0.01: [*vae.encoder.parameters(), *vae.quant_conv.parameters()]}, lr=0.02)
    state = load_state(work / "vae.pt")
    spent, step = 0.0, 0
    if state:
        vae.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        spent, step = state["spent"], state["step"]
        rng.bit_generator.state = state["rng"]
    shown = torch.stack([torch.from_numpy(h[:192, :192].copy()) for h in held]).permute(0, 3, 1, 2).float() / 127.5 - 1
    def keep() -> None:
        save_state(work / "vae.pt", dict(
            model=vae.state_dict(), optimizer=optimizer.state_dict(), spent=spent, step=step, rng=rng.bit_generator.state
        ))

    clock, tracked = time.process_time(), 0.0
    while spent < seconds:
        share = spent / seconds
        lr = 0.02 * min(1, (step + 1) / 20) * (1 - share) ** 1.0 + 2e-5
        for group in optimizer.param_groups:
            group["lr"] = lr
        x = crops(views, rng, BATCH, SIDE)
        noise = 0.04 * torch.randn(BATCH, vae.z, SIDE // 4, SIDE // 4)
        y = vae(x.contiguous(memory_format=torch.channels_last), noise)
        loss = F.mse_loss(y, x) * 20 + F.l1_loss(y, x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        now = time.process_time()
        spent += now - clock
        clock = now
        tracked = loss.item() if step == 1 else 0.95 * tracked + 0.05 * loss.item()
        if step % 50 == 0:
            with torch.no_grad():
                log(f"vae step {step} spent {spent:.0f}s loss {tracked:.4f} held-out {psnr(shown, vae.decode(vae.encode(shown))):.2f} dB lr {lr:.4f}")
            keep()
            clock = time.process_time()
    keep()
    with torch.no_grad():
        for p in vae.parameters():
            p.copy_(p.bfloat16().float())
    return vae.eval()

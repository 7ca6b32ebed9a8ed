"""A short first training of the language model: tell the edits apart, after the prompt and nowhere else."""

from pathlib import Path

import numpy as np
import torch

from . import settings
from .edits import EDITS
from .muon import MuonAdamW
from .phrases import phrase, phrase_of_two
from .start import LEARNED
from .state import load_state, save_state
from .text import Seen, encode_prompts
from .tokenizer import TAIL

BATCH, STEPS, PAIRS = 32, 900, 0.12


def train_text(model, tokenizer, seen: list[Seen], work: Path, log) -> torch.Tensor:
    """Trains the language model in place; returns the readout [edits + 1, width + 1] of the edits' values and the flag."""
    state = load_state(work / "text.pt")
    parameters = [p for p in model.parameters() if p.requires_grad]
    if state:
        with torch.no_grad():
            for p, kept in zip(parameters, state["weights"]):
                p.copy_(kept)
        return state["readout"]
    rng = np.random.default_rng(settings.SEED + 9)
    torch.manual_seed(settings.SEED + 9)
    head = torch.nn.Linear(settings.TEXT_WIDTH, len(LEARNED) + 1)
    matrices = [p for n, p in model.named_parameters() if p.requires_grad and p.dim() == 2 and "embed" not in n]
    rest = [p for p in parameters if p.dim() == 1] + [*head.parameters()]
    optimizer = MuonAdamW(matrices, {0.2: rest, 0.5: [model.model.language_model.embed_tokens.weight]}, lr=0.01)
    edits = [*EDITS, "keep"]
    closing = len(tokenizer(TAIL.split("{}")[1])["input_ids"])
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * min(1, (step + 1) / 20) * (1 - step / STEPS) + 5e-5
        chosen = [edits[i] for i in rng.integers(len(edits), size=BATCH)]
        prompts, asked = [], []
        for name in chosen:
            other = LEARNED[rng.integers(len(LEARNED))]
            if name == "keep" and rng.random() < settings.EMPTY_PROMPTS:
                prompts.append(["", " "][rng.integers(2)]), asked.append({name})
            elif "keep" not in (name, other) and name != other and rng.random() < PAIRS:
                prompts.append(phrase_of_two(name, other, rng)), asked.append({name, other})
            else:
                prompts.append(phrase(name, rng)), asked.append({name})
        embeds, mask = encode_prompts(model, tokenizer, prompts, [seen[i] for i in rng.integers(len(seen), size=BATCH)])
        out = head(embeds)
        values, flag = out[..., :-1], out[..., -1]
        after = torch.arange(mask.shape[1]) >= (mask.sum(1) - closing)[:, None]
        wanted = torch.tensor([[float(known in names) for known in LEARNED] for names in asked])[:, None]
        error = ((values - wanted).square().sum(-1) * (after & mask)).sum() / (after & mask).sum()
        error_flag = ((flag - after.float() * 2 + 1).square() * mask).sum() / mask.sum()
        loss = error + error_flag
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 19:
            right = ((values > 0.5) == (wanted > 0.5)).all(-1)[after & mask].float().mean()
            log(f"text step {step + 1} values {error.item():.4f} flag {error_flag.item():.4f} right {right:.3f}")
    readout = torch.cat([head.weight, head.bias[:, None]], dim=1).detach()
    save_state(work / "text.pt", dict(weights=[p.detach() for p in parameters], readout=readout))
    return readout

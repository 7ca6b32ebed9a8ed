"""A short first training of the language model: tell the edits apart, after the prompt and nowhere else."""

from pathlib import Path

import numpy as np
import torch

from . import settings
from .edits import EDITS, LEARNED
from .muon import MuonAdamW
from .phrases import phrase, phrase_of_two
from .state import load_state, save_state
from .text import Seen, encode_prompts
from .tokenizer import TAIL
from .transformer import rms

BATCH, STEPS, PAIRS = 32, 2600, 0.3


def draw(rng: np.random.Generator) -> tuple[list[str], list[set[str]]]:
    """A batch of wishes and the edits that each asks for."""
    edits = [*EDITS, "keep", "keep", "keep"]
    prompts, asked = [], []
    for name in (edits[i] for i in rng.integers(len(edits), size=BATCH)):
        other = LEARNED[rng.integers(len(LEARNED))]
        if name == "keep" and rng.random() < settings.EMPTY_PROMPTS:
            prompts.append(["", " "][rng.integers(2)]), asked.append({name})
        elif "keep" not in (name, other) and name != other and rng.random() < PAIRS:
            prompts.append(phrase_of_two(name, other, rng)), asked.append({name, other})
        else:
            prompts.append(phrase(name, rng)), asked.append({name})
    return prompts, asked


def targets(asked: list[set[str]], mask: torch.Tensor, closing: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(values [n, 1, edits], 1 after the prompt else -1 [n, text], 1 at the first token else -1 [text])."""
    values = torch.tensor([[float(known in names) for known in LEARNED] for names in asked])[:, None]
    after = torch.arange(mask.shape[1]) >= (mask.sum(1) - closing)[:, None]
    first = torch.arange(mask.shape[1]) == 0
    return values, after.float() * 2 - 1, first.float() * 2 - 1


def closing_tokens(tokenizer) -> int:
    return len(tokenizer(TAIL.split("{}")[1])["input_ids"])


@torch.no_grad()
def fit_readout(model, tokenizer, seen: list[Seen], batches: int = 60) -> torch.Tensor:
    """[edits + 2, width + 1]: the linear readout, by least squares, from prompt embeddings as the transformer's txt_norm leaves them.

    Its rows: the edits' values after the prompt, the flag "after the prompt", the flag "first of all tokens".
    """
    rng = np.random.default_rng(settings.SEED + 10)
    width = settings.TEXT_WIDTH + 1
    grams = [torch.zeros(width, width, dtype=torch.double) for _ in range(2)]
    sums = [torch.zeros(width, len(LEARNED), dtype=torch.double), torch.zeros(width, 2, dtype=torch.double)]
    for _ in range(batches):
        prompts, asked = draw(rng)
        embeds, mask = encode_prompts(model, tokenizer, prompts, [seen[i] for i in rng.integers(len(seen), size=BATCH)])
        values, after, first = targets(asked, mask, closing_tokens(tokenizer))
        x = torch.cat([rms(embeds, torch.ones(())), torch.ones(*mask.shape, 1)], dim=-1).double()
        closing = mask & (after > 0)
        for n, (where, wanted) in enumerate((
            (closing, values.expand(-1, mask.shape[1], -1)), (mask, torch.stack([after, first.expand_as(after)], dim=-1)),
        )):
            grams[n] += x[where].T @ x[where]
            sums[n] += x[where].T @ wanted[where].double()
    fits = [torch.linalg.solve(g + 1e-4 * g.diagonal().mean() * torch.eye(width), s).T for g, s in zip(grams, sums)]
    return torch.cat(fits).float()


def train_text(model, tokenizer, seen: list[Seen], work: Path, log) -> None:
    """Trains the language model in place: from its output a linear head must tell the edits, and where the prompt ends."""
    state = load_state(work / "text.pt")
    parameters = [p for p in model.parameters() if p.requires_grad]
    if state:
        with torch.no_grad():
            for p, kept in zip(parameters, state["weights"]):
                p.copy_(kept)
        return
    rng = np.random.default_rng(settings.SEED + 9)
    torch.manual_seed(settings.SEED + 9)
    head = torch.nn.Linear(settings.TEXT_WIDTH, len(LEARNED) + 2)
    matrices = [p for n, p in model.named_parameters() if p.requires_grad and p.dim() == 2 and "embed" not in n]
    rest = [p for p in parameters if p.dim() == 1] + [*head.parameters()]
    optimizer = MuonAdamW(matrices, {0.2: rest, 0.5: [model.model.language_model.embed_tokens.weight]}, lr=0.01)
    closing = closing_tokens(tokenizer)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * min(1, (step + 1) / 20) * (1 - step / STEPS) + 5e-5
        prompts, asked = draw(rng)
        embeds, mask = encode_prompts(model, tokenizer, prompts, [seen[i] for i in rng.integers(len(seen), size=BATCH)])
        out = head(embeds)
        values, flag, first = out[..., :-2], out[..., -2], out[..., -1]
        wanted, is_after, is_first = targets(asked, mask, closing)
        after = is_after > 0
        error = ((values - wanted).square().sum(-1) * (after & mask)).sum() / (after & mask).sum()
        error_flag = ((flag - is_after).square() * mask).sum() / mask.sum()
        error_first = ((first - is_first).square() * mask).sum() / mask.sum()
        loss = error + error_flag + error_first
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 19:
            right = ((values > 0.5) == (wanted > 0.5)).all(-1)[after & mask].float().mean()
            log(f"text step {step + 1} values {error.item():.4f} flags {error_flag.item():.4f} {error_first.item():.4f} right {right:.3f}")
    save_state(work / "text.pt", dict(weights=[p.detach() for p in parameters]))

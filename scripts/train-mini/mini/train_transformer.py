"""Second stage: the transformer with the language model, first on windows at their true places, then on whole pictures."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from . import settings
from .latents import Subject
from .muon import MuonAdamW
from .phrases import phrase
from .state import load_state, save_state
from .text import Seen, encode_prompts
from .transformer import forward, grid_places

EMA_STEPS = 150


@dataclass
class Phase:
    """`subjects` picked a step, `windows` of `side` tokens cut from each (side 0: whole pictures)."""

    seconds: float
    subjects: int
    windows: int
    side: int
    lr: float
    lr_end: float


PHASES = {
    "windows": Phase(seconds=3600, subjects=12, windows=3, side=settings.WINDOW, lr=1.5e-4, lr_end=3e-5),
    "whole": Phase(seconds=1200, subjects=2, windows=1, side=0, lr=6e-5, lr_end=5e-6),
}


def noise_levels(count: int, rng: np.random.Generator) -> torch.Tensor:
    """Sigmas: a share close to 1, where the result is decided, the rest as the schedule's shift spreads them."""
    u = rng.random(count)
    shifted = settings.SHIFT * u / (1 + (settings.SHIFT - 1) * u)
    near = 1 - 0.08 * rng.random(count) ** 2
    return torch.from_numpy(np.where(rng.random(count) < settings.NEAR_ONE, near, np.clip(shifted, 0.01, 1))).float()


class Trainer:
    """Holds the two networks, their averages and the optimizer; `run` works through a phase and can be stopped at any time."""

    def __init__(self, transformer, text_encoder, tokenizer, subjects: list[Subject], seen: list[Seen], loudness: torch.Tensor,
                 work: Path, log: Callable[[str], None]):
        self.transformer, self.text, self.tokenizer = transformer, text_encoder, tokenizer
        self.subjects, self.seen, self.file, self.log = subjects, seen, work / "model.pt", log
        # Pixels, not latents, are what is looked at: channels that move them more count more.
        weight = (loudness / loudness.mean()).clamp(min=0.25)
        self.weight = (weight / weight.mean()).repeat_interleave(4)
        self.named = dict(transformer.named_parameters()) | {
            f"text.{n}": p for n, p in text_encoder.named_parameters() if p.requires_grad
        }
        # Muon's updates move every direction of a matrix alike, which ruins the hand-made start: AdamW, gently.
        language = [p for n, p in self.named.items() if n.startswith("text.")]
        picture = [p for n, p in self.named.items() if not n.startswith("text.")]
        self.optimizer = MuonAdamW([], {1.0: picture, 0.3: language}, lr=1e-4)
        self.average = {n: p.detach().clone() for n, p in self.named.items()}
        self.step, self.spent, self.began = 0, {name: 0.0 for name in PHASES}, {}
        self.rng = np.random.default_rng(settings.SEED + 6)
        torch.manual_seed(settings.SEED + 7)
        state = load_state(self.file)
        if state:
            with torch.no_grad():
                for name, p in self.named.items():
                    p.copy_(state["weights"][name])
            self.average, self.step, self.spent = state["average"], state["step"], self.spent | state["spent"]
            self.began = state["began"]
            self.optimizer.load_state_dict(state["optimizer"])
            self.rng.bit_generator.state = state["rng"]
            torch.set_rng_state(state["torch_rng"])
            log(f"resumed at step {self.step}")

    def save(self) -> None:
        save_state(self.file, dict(
            weights={n: p.detach() for n, p in self.named.items()}, average=self.average, step=self.step, spent=self.spent, began=self.began,
            optimizer=self.optimizer.state_dict(), rng=self.rng.bit_generator.state, torch_rng=torch.get_rng_state(),
        ))

    def batch(self, phase: Phase):
        """(prompts, views seen, reference and result tokens, places, first text positions, repeats a prompt)."""
        rng = self.rng
        if phase.side:
            picked = rng.integers(len(self.subjects), size=phase.subjects)
        else:  # whole pictures of one shape a step
            shape = self.subjects[rng.integers(len(self.subjects))].reference.shape
            same = [i for i, s in enumerate(self.subjects) if s.reference.shape == shape]
            picked = rng.choice(same, size=phase.subjects)
        prompts, seen, reference, result, places, starts = [], [], [], [], [], []
        for i in picked:
            s = self.subjects[i]
            names = list(s.results)
            name = names[rng.integers(len(names))]
            empty = name == "keep" and rng.random() < settings.EMPTY_PROMPTS
            prompts.append(["", " "][rng.integers(2)] if empty else phrase(name, rng))
            seen.append(self.seen[i])
            rows, columns = s.reference.shape[:2]
            grid = grid_places(rows, columns)
            for _ in range(phase.windows):
                h, w = (phase.side, phase.side) if phase.side else (rows, columns)
                y, x = rng.integers(rows - h + 1), rng.integers(columns - w + 1)
                cut = lambda t: t[y : y + h, x : x + w].reshape(h * w, -1)
                reference.append(cut(s.reference)), result.append(cut(s.results[name])), places.append(cut(grid))
                starts.append(max(rows // 2, columns // 2))
        return prompts, seen, torch.stack(reference).float(), torch.stack(result).float(), torch.stack(places), torch.tensor(starts)

    def loss(self, phase: Phase) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(loss, sigma, weighted squared error of each sample)."""
        prompts, seen, reference, result, places, starts = self.batch(phase)
        embeds, mask = encode_prompts(self.text, self.tokenizer, prompts, seen)
        embeds, mask = embeds.repeat_interleave(phase.windows, 0), mask.repeat_interleave(phase.windows, 0)
        sigma = noise_levels(len(result), self.rng)
        noise = torch.randn_like(result)
        s = sigma[:, None, None]
        noisy = (1 - s) * result + s * noise
        out = forward(self.transformer, torch.cat([noisy, reference], dim=1), embeds, mask, sigma, places, starts)
        error = ((out - (noise - result)).square() * self.weight).mean((1, 2))
        return error.mean(), sigma, error.detach()

    def run(self, name: str, seconds: float | None = None, every: int = 25, until: float = float("inf")) -> None:
        """Trains until the phase has used its processor time or the clock shows `until` (time.time()), whichever is sooner."""
        phase = PHASES[name]
        total = phase.seconds if seconds is None else seconds
        clock, first = time.process_time(), self.step
        began = self.began.setdefault(name, time.time())
        high, low = [], []
        while self.spent[name] < total and time.time() < until:
            share = min(1.0, max(self.spent[name] / total, (time.time() - began) / (until - began)))
            warm = min(1.0, (self.step - first + 1) / 30)
            for group in self.optimizer.param_groups:
                group["lr"] = warm * (phase.lr_end + (phase.lr - phase.lr_end) * (1 - share))
            loss, sigma, error = self.loss(phase)
            self.optimizer.zero_grad()
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_([p for p in self.named.values() if p.grad is not None], 1.0)
            self.optimizer.step()
            self.step += 1
            decay = 1 - 1 / min(EMA_STEPS, self.step + 1)
            with torch.no_grad():
                for n, p in self.named.items():
                    self.average[n].lerp_(p, 1 - decay)
            high += error[sigma >= 0.92].tolist()
            low += error[sigma < 0.92].tolist()
            now = time.process_time()
            self.spent[name] += now - clock
            clock = now
            if self.step % every == 0:
                self.log(f"{name} step {self.step} spent {self.spent[name]:.0f}s loss near one {np.mean(high):.4f} below {np.mean(low):.4f} "
                         f"gradient {norm:.3f} lr {self.optimizer.param_groups[0]['lr']:.6f}")
                high, low = [], []
                self.save()
        self.save()

    def use_average(self) -> dict[str, torch.Tensor]:
        """Puts the averaged weights into the networks; returns the others to be put back."""
        kept = {n: p.detach().clone() for n, p in self.named.items()}
        with torch.no_grad():
            for n, p in self.named.items():
                p.copy_(self.average[n])
        return kept

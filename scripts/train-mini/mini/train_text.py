"""The training of the language model: tell the edits apart, after the wish and nowhere else."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from . import settings
from .degrees import GROUP_OF, GROUPS, NORMAL, STRONG, WEAK
from .edits import LEARNED
from .families import join_families, part_families
from .heldout_wishes import HELD_OUT
from .muon import MuonAdamW
from .phrases import OPPOSITES, Asked, phrase, plain_phrase, rare_phrase
from .state import load_state, save_state
from .text import Seen, TextForward, Wishes, tokenize
from .tokenizer import AFTER_PICTURE
from .transformer import rms

BATCH, RATE, WARMUP = 64, 0.008, 100
# The rate falls to nothing twice, the second time from less, and over more of the rare wishes.
FIRST, STEPS, SECOND = 15_000, 19_000, 0.35
SORTED = 10  # batches drawn at once, and cut by length
LONGEST = 40  # tokens of a wish with what follows it; longer ones are drawn again
KEPT = 1000  # steps between stored states; a multiple of SORTED
# How often wishes ask for nothing, one, two and three edits.
COUNTS = [0.27, 0.33, 0.32, 0.08]
CONFUSED = 0.15  # of those for two: pairs that are said alike, or with "more" of one and "less" of the other, and so told apart with difficulty
PAIRS = [("flip", "upside down"), ("flip", "upside down"), ("black and white", "border"), ("black and white", "black border"), ("more contrast", "less saturated"),
         ("less contrast", "more saturated"), ("brighter", "less saturated"), ("darker", "more saturated"), ("brighter", "less contrast"), ("darker", "more contrast")]
DEGREES = {NORMAL: 0.58, WEAK: 0.24, STRONG: 0.18}
UNASKED = 0.05  # what the degree of an edit counts that isn't asked for
PLAIN = 0.3  # of the wishes: said in the shortest ways
RARE = 0.18  # of the wishes after FIRST steps


def draw_edits(rng: np.random.Generator) -> list[Asked]:
    """Edits that may be asked for at once, with their degrees; edits of one group have the same."""
    count = rng.choice(len(COUNTS), p=COUNTS)
    edits: list[str] = []
    if count == 2 and rng.random() < CONFUSED:
        edits = list(PAIRS[rng.integers(len(PAIRS))][:: 1 if rng.random() < 0.5 else -1])
    while len(edits) < count:
        other = LEARNED[rng.integers(len(LEARNED))]
        if other not in edits and not any({other, e} in OPPOSITES for e in edits):
            edits.append(other)
    degrees = {group: int(rng.choice(list(DEGREES), p=list(DEGREES.values()))) for group in GROUPS}
    return [(edit, degrees[GROUP_OF[edit]] if edit in GROUP_OF else NORMAL) for edit in edits]


def letters(text: str) -> str:
    """What is said, without capitals, spaces and punctuation."""
    return "".join(c for c in text.casefold() if c.isalnum())


HELD = {letters(wish) for wish in HELD_OUT}


def draw_wish(rng: np.random.Generator, rare: float = 0) -> tuple[str, list[Asked]]:
    """A wish, never one of those held out, and the edits that it asks for; `rare` of them as `rare_phrase` has them."""
    while True:
        edits = draw_edits(rng)
        if not edits and rng.random() < settings.EMPTY_PROMPTS:
            return ["", " "][rng.integers(2)], edits
        if rare and rng.random() < rare:
            wish = rare_phrase(edits, rng)
        else:
            wish = (plain_phrase if rng.random() < PLAIN else phrase)(edits, rng)
        if letters(wish) not in HELD:
            return wish, edits


def draw(tokenizer, rng: np.random.Generator, count: int = BATCH, rare: float = 0) -> tuple[Wishes, torch.Tensor]:
    """Wishes, and what is wanted, see `wanted_values`; `rare` as in `draw_wish`."""
    drawn = [draw_wish(rng, rare) for _ in range(count + count // 16 + 8)]
    wishes = tokenize(tokenizer, [wish for wish, _ in drawn])
    rows = (wishes.mask.sum(1) <= LONGEST).nonzero()[:count, 0]
    return Wishes(wishes.ids[rows, :LONGEST], wishes.mask[rows, :LONGEST]), wanted_values([edits for _, edits in drawn])[rows]


def batches(tokenizer, rng: np.random.Generator, begin: int) -> Iterator[tuple[Wishes, torch.Tensor]]:
    """Endless batches, from step `begin` on, of wishes of like length (so that little is padded), and what is wanted, see `wanted_values`."""
    for step in itertools.count(begin, SORTED):
        wishes, wanted = draw(tokenizer, rng, BATCH * SORTED, RARE if step >= FIRST else 0)
        for rows in wishes.mask.sum(1).argsort().view(SORTED, BATCH)[torch.from_numpy(rng.permutation(SORTED))]:
            mask = wishes.mask[rows]
            length = int(mask.sum(1).max())
            yield Wishes(wishes.ids[rows, :length], mask[:, :length]), wanted[rows]


def wanted_values(asked: list[list[Asked]]) -> torch.Tensor:
    """[n, edits + groups + groups]: 1 for the edits asked for; the groups' degrees; what these count."""
    rows = []
    for edits in asked:
        degrees = {GROUP_OF[edit]: float(degree) for edit, degree in edits if edit in GROUP_OF}
        names = {edit for edit, _ in edits}
        rows.append([float(known in names) for known in LEARNED] + [degrees.get(group, 0.0) for group in GROUPS]
                    + [1.0 if group in degrees else UNASKED for group in GROUPS])
    return torch.tensor(rows)


def closing(wishes: Wishes, tokenizer) -> torch.Tensor:
    """[n, length] bool: True at the tokens after the wish."""
    count = len(tokenizer(AFTER_PICTURE.split("{}")[1])["input_ids"])
    return wishes.mask & (torch.arange(wishes.mask.shape[1]) >= (wishes.mask.sum(1) - count)[:, None])


@torch.no_grad()
def fit_readout(model, tokenizer, seen: list[Seen], batches: int = 150) -> torch.Tensor:
    """[edits + groups + 2, width + 1]: the linear readout, by least squares, from prompt embeddings as the transformer's txt_norm leaves them.

    Its rows: the edits' values after the wish, the degrees, the flag "after the wish", the flag "first of all tokens".
    """
    rng = np.random.default_rng(settings.SEED + 10)
    forward, width, edits, groups = TextForward(model, tokenizer), settings.TEXT_WIDTH + 1, len(LEARNED), len(GROUPS)
    # One least squares for all values, one for each degree, one for the flags.
    grams = [torch.zeros(width, width, dtype=torch.double) for _ in range(groups + 2)]
    sums = [torch.zeros(width, n, dtype=torch.double) for n in (edits, *[1] * groups, 2)]

    def count(n: int, embeds: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor | None = None) -> None:
        x = torch.cat([rms(embeds, torch.ones(())), torch.ones(len(embeds), 1)], dim=-1).double()
        weighed = x if weight is None else x * weight[:, None]
        grams[n] += weighed.T @ x
        sums[n] += weighed.T @ wanted.double()

    for _ in range(batches):
        wishes, wanted = draw(tokenizer, rng)
        picture, embeds = forward(wishes, seen[rng.integers(len(seen))])
        after = closing(wishes, tokenizer)
        values, degrees, weights = wanted[:, None].expand(-1, wishes.ids.shape[1], -1)[after].split([edits, groups, groups], dim=1)
        count(0, embeds[after], values)
        for group in range(groups):
            count(1 + group, embeds[after], degrees[:, group : group + 1], weights[:, group])
        flags = torch.stack([after.float() * 2 - 1, -torch.ones_like(after, dtype=torch.float)], dim=-1)
        count(-1, embeds[wishes.mask], flags[wishes.mask])
        first = torch.arange(len(picture)) == 0
        count(-1, picture.repeat(BATCH, 1), torch.stack([-torch.ones(len(picture)), first.float() * 2 - 1], dim=-1).repeat(BATCH, 1))
    fits = [torch.linalg.solve(g + 1e-5 * g.diagonal().mean() * torch.eye(width), s).T for g, s in zip(grams, sums)]
    return torch.cat(fits).float()


def train_text(model, tokenizer, seen: list[Seen], work: Path, log) -> None:
    """Trains the language model in place: from its output a linear head must tell the edits, and where the wish ends."""
    rng = np.random.default_rng(settings.SEED + 9)
    torch.manual_seed(settings.SEED + 9)
    head = torch.nn.Linear(settings.TEXT_WIDTH, len(LEARNED) + len(GROUPS) + 2)
    embedding = model.model.language_model.embed_tokens
    join_families(embedding, tokenizer)
    parameters = [p for p in model.parameters() if p.requires_grad] + [*head.parameters()]
    matrices = [p for n, p in model.named_parameters() if p.requires_grad and p.dim() == 2 and "embed" not in n]
    rest = [p for p in parameters if p.dim() == 1] + [head.weight]
    own, shared = embedding.parametrizations.weight.original, embedding.parametrizations.weight[0].shared
    optimizer = MuonAdamW(matrices, {0.2: rest, 0.1: [own], 0.5: [shared]}, lr=RATE)
    begin = 0
    if state := load_state(work / "text.pt"):
        begin, rng.bit_generator.state = state["step"], state["rng"]
        optimizer.load_state_dict(state["optimizer"])
        with torch.no_grad():
            for p, kept in zip(parameters, state["weights"]):
                p.copy_(kept)
    forward, drawn = TextForward(model, tokenizer), batches(tokenizer, rng, begin)
    errors, right = 0.0, 0.0
    for step in range(begin, STEPS):
        for group in optimizer.param_groups:
            group["lr"] = RATE * _share_of_rate(step) + 1e-5
        wishes, wanted = next(drawn)
        # Products in bfloat16: on a CPU that has them, a quarter of the time goes.
        with torch.autocast("cpu", torch.bfloat16):
            picture, embeds = forward(wishes, seen[step * 7919 % len(seen)])
        loss, error, share = _loss(head, (picture, embeds), wishes.mask, closing(wishes, tokenizer), wanted)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        errors, right = errors + error / 200, right + share / 200
        if step % 200 == 199:
            log(f"text step {step + 1} values {errors:.4f} right {right:.3f}")
            errors, right = 0.0, 0.0
        if step % KEPT == KEPT - 1 or step == STEPS - 1:
            state = dict(step=step + 1, rng=rng.bit_generator.state, optimizer=optimizer.state_dict(), weights=[p.detach() for p in parameters])
            save_state(work / "text.pt", state)
    part_families(embedding)


def _share_of_rate(step: int) -> float:
    if step < FIRST:
        return min(1, (step + 1) / WARMUP) * (1 - step / FIRST)
    return SECOND * min(1, (step - FIRST + 1) / WARMUP) * (1 - (step - FIRST) / (STEPS - FIRST))


def _loss(head, embeds: tuple[torch.Tensor, torch.Tensor], mask, after, wanted) -> tuple[torch.Tensor, float, float]:
    """(loss, its part from the values, the share of wishes read rightly), from the picture's and the wishes' embeddings."""
    before, out = head(rms(embeds[0], 1))[:, -2:], head(rms(embeds[1], 1))
    edits, groups = len(LEARNED), len(GROUPS)
    values, degrees = out[..., :edits], out[..., edits:-2]
    wanted, wanted_degrees, weights = wanted[:, None].split([edits, groups, groups], dim=-1)
    error = ((values - wanted).square().sum(-1) * after).sum() / after.sum()
    unsure = (((degrees - wanted_degrees).square() * weights).sum(-1) * after).sum() / after.sum()
    flags = torch.stack([after.float() * 2 - 1, -torch.ones_like(after, dtype=torch.float)], dim=-1)
    first = (torch.arange(len(before)) == 0).float() * 2 - 1
    flagged = ((out[..., -2:] - flags).square().sum(-1) * mask).sum() / mask.sum()
    flagged = flagged + (before[:, 0] + 1).square().mean() + (before[:, 1] - first).square().mean()
    right = ((values > 0.43) == (wanted > 0.5)).all(-1)
    degreed = (((degrees - wanted_degrees).abs() < 0.5) | (weights < 1)).all(-1)
    return error + 0.6 * unsure + flagged, error.item(), (right & degreed)[after].float().mean().item()

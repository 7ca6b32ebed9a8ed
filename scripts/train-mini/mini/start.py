"""The transformer's starting weights, made by hand: "the result is the reference, edited as the prompt says".

An image token's 256 numbers: its own latents (the noisy target's, or the reference's), a place for the fetched reference,
which the edits turn into the result, one value an edit (1: asked for), some scratch, and loud constants that keep every
LayerNorm all but a fixed scale. The layers:

1. One head fetches the edits' values from the text after the prompt, two see whether the token is at the picture's edge, one whether
   it is the reference's; the feed-forward makes the values and the degrees crisp.
2. Four heads weigh all tokens with a slight slope to one side each: left minus right, set against one text token,
   tells the token's column, above minus below its row. Where a flip is asked for, the feed-forward turns them into the phases
   with which the next layer looks at the mirrored place. The reference's own tokens get their first colour changes: black and white,
   sepia, saturation. Invert, brightness and contrast, with their degrees, become one gain in binary digits, and one offset.
3. Four heads fetch the reference's token at the same or the mirrored place by rotary phases alone, two for what is symmetric between the
   token's left and right halves or not, two for the rest, one of each pair for each sign. The feed-forward ends the mirroring, and takes
   the gain, digit by digit, and the offset.
4. For blur and sharpen four heads fetch what the neighbours contribute; pixelate. The tints' gains of each colour become digits.
5. Where a strong blur is asked for, it is done a second time; tints, warmer and cooler.
6. Posterize and the border.

Edits that are asked for together are done in that order; those of one layer, but for the gain's, add up.

The velocity is (noisy − result) / σ, with 1/σ from the last norm's scale.
"""

import math

import torch
import torch.nn.functional as F

from . import changes, settings
from .degrees import GROUPS, NORMAL, STRONG, WEAK
from .edits import LEARNED
from .feedforward import ALWAYS, VALUE, Units, all_of
from .heads import AMPLITUDE, FRAME, NORM, Heads, columns_pair, rows_pair
from .layout import AFTER_WISH, AGAIN, AGAIN_RANK, BALANCE, BALANCED, BLUR_AGAIN, CONSTANTS, EARLY, EARLY_FLAGS, EDGE, FAINT, FIRST, LENGTH, LOUD
from .layout import NOT_REFERENCE, ONE, OWN, QUIET, RANK, READ, REFERENCE, RESULT, SCRATCH, TURN, VALUES, WRITE
from .layout import at_least, degree, only_weakly, settle, symmetries, value
from .maps import NeighbourMap
from .thresholds import FULL, NO, SLIGHT, YES
from .token_basis import FROM_LATENTS
from .token_basis import WIDTH as TOKEN
from .transformer import WIDTH, forward, grid_places

# Frequencies (their numbers on an axis) whose phases fetch the reference.
FETCHED = (2, 3)
# As large as a picture's numbers, so that 8 bits tell enough of them apart: what places become (about 17 at the edges of long pictures),
# and 1 as a phase's sine.
LEANING, PHASE = 1600.0, 8.0
# How many principal directions of blurred pictures a second blur changes; a power of 2.
SMOOTH = 64


def evenly(size: int) -> torch.Tensor:
    """[size, size], orthogonal: a Hadamard matrix, by which no number of a token stays much louder than the others."""
    out = torch.ones(1, 1)
    while len(out) < size:
        out = torch.kron(out, torch.tensor([[1.0, 1.0], [1.0, -1.0]]) / 2**0.5)
    return out


class Starter:
    """Fills the model layer by layer; measures what has been built where the next layer depends on it."""

    def __init__(self, model, readout: torch.Tensor, blur: NeighbourMap, second_blur: NeighbourMap):
        """`readout` [edits + groups + 2, text width + 1] of the values, degrees and flags from prompt embeddings; `second_blur`: of what is blurred."""
        self.model, self.readout = model, readout
        self.blur, self.second_blur = blur, second_blur
        self.blocks = model.transformer_blocks

    @torch.no_grad()
    def build(self) -> None:
        for p in self.model.parameters():
            p.zero_()
        self._entrances()
        self._values_and_edges()
        self._places()
        self._fetch()
        self._neighbours()
        self._tints()
        changes.posterize_and_border(Units(self.blocks[5].img_mlp, ONE))
        settle(self.blocks[5])
        self._exit()
        settle(self.model)

    def _entrances(self) -> None:
        m, n = self.model, len(self.readout)
        m.img_in.weight[OWN : OWN + TOKEN] = TURN
        m.img_in.weight[OWN : OWN + TOKEN, -1] *= FAINT
        m.txt_norm.weight.fill_(1)
        m.txt_in.weight[:n], m.txt_in.bias[:n] = self.readout[:, :-1], self.readout[:, -1]
        for linear in (m.img_in, m.txt_in):
            linear.bias[-CONSTANTS:] = LOUD * torch.tensor([1.0, -1.0]).repeat(CONSTANTS // 2)
        for block in self.blocks:
            for modulation in (block.img_mod[1], block.txt_mod[1]):
                _, scale1, gate1, _, scale2, gate2 = modulation.bias.view(6, WIDTH)
                gate1.fill_(1), gate2.fill_(1)
                for scale in (scale1, scale2):
                    scale[QUIET] = LENGTH - 1
                    scale[-CONSTANTS:] = LENGTH / LOUD - 1
            a = block.attn
            for norm in (a.norm_q, a.norm_k, a.norm_added_q, a.norm_added_k):
                norm.weight.fill_(NORM)
        settle(m)

    def _measure(self, layers: int, rows: int, columns: int, asked: tuple[str, ...] = ()) -> torch.Tensor:
        """The target's tokens [rows, columns, WIDTH] after some layers, of a flat picture, with these edits asked for."""
        n, count = rows * columns, len(self.readout)
        # An embedding that reads as wanted: the readout's least-norm solution, for a first token, others, and closing ones.
        wanted = torch.zeros(24, count)
        wanted[:, [AFTER_WISH, FIRST]] = -1
        wanted[0, FIRST] = 1
        wanted[-5:, AFTER_WISH] = 1
        for name in asked:
            wanted[-5:, LEARNED.index(name)] = 1
        m = self.model
        kept = m.txt_in.weight.clone(), m.txt_in.bias.clone()
        m.txt_in.weight.zero_()
        m.txt_in.weight[:count, :count] = torch.eye(count)
        m.txt_in.bias[:count] = 0
        prompt = torch.zeros(1, 24, m.txt_in.in_features)
        prompt[0, :, :count] = wanted
        # The norm before txt_in scales each token: undo it.
        m.txt_norm.weight.fill_(1)
        prompt[..., -1] = (prompt.shape[-1] - wanted.square().sum(-1)).clamp(min=0).sqrt()
        out = forward(m, torch.zeros(1, 2 * n, TOKEN), prompt, torch.ones(1, 24, dtype=torch.bool), torch.ones(1),
                      grid_places(rows, columns).view(1, n, 2), torch.tensor([max(rows, columns) // 2]), layers=layers)
        m.txt_in.weight.copy_(kept[0]), m.txt_in.bias.copy_(kept[1])
        return out[0, :n].view(rows, columns, WIDTH)

    def _values_and_edges(self) -> None:
        """Layer 1."""
        block, count = self.blocks[0], len(LEARNED)
        heads = Heads(block.attn)
        heads.seek_text(0, flag=AFTER_WISH)
        said = {group: EARLY + 2 + n for n, group in enumerate(EARLY_FLAGS)} | {group: degree(group) for group in GROUPS if group not in EARLY_FLAGS}
        heads.carry_text(0, {n: VALUES + n for n in range(count)} | {count + n: said[group] for n, group in enumerate(GROUPS)}, BALANCED)
        for head, axis in ((1, rows_pair), (2, columns_pair)):
            other = columns_pair if axis is rows_pair else rows_pair
            # The row (column) itself sharply, its nearest neighbours softly, against the first text token.
            heads.look(head, {FRAME: 20.0} | {axis(i): 12.0 for i in range(4)} | {other(i): a for i, a in enumerate((1.5, 4.0, 4.0, 4.0))})
            heads.against_text(head, flag=FIRST)
            heads.carry_one(head, SCRATCH + head, 16.0)
        # Only the reference (frame 1) has another frame behind it: its tokens see the target's better than any text.
        heads.look(3, {FRAME: 40.0}, ahead={FRAME: -1.0})
        heads.against_text(3, flag=FIRST, score=30.0 + math.log(1024))
        heads.carry_one(3, REFERENCE, VALUE), heads.carry_one(3, NOT_REFERENCE, -VALUE)
        settle(block)
        # What the edge heads see decides the thresholds: the middle between the edge's and the inside's.
        flat = self._measure_attention(0, 12, 14)
        thresholds = {}
        for dim, edge in ((SCRATCH + 1, flat[4, 0]), (SCRATCH + 2, flat[0, 5])):
            # Less what is seen inside: the mean over all of a token's numbers stays near 0.
            inside = flat[4, 5, dim].bfloat16().float()
            block.attn.to_out[0].bias[dim] = -inside
            thresholds[dim] = edge[dim] - inside, flat[4, 5, dim] - inside
        units = Units(block.img_mlp, ONE)
        for k in range(count):
            units.clear(VALUES + k, reach=4.0)
            units.ramp({VALUES + k: 1.0}, NO, YES, {VALUES + k: VALUE, BALANCED: -VALUE})
        for group, number in said.items():
            units.clear(number, reach=6.0)
            weakly, strongly = ({flag: VALUE, BALANCED: -VALUE} for flag in EARLY_FLAGS.get(group, (number, number)))
            if group not in EARLY_FLAGS:
                weakly = {to: -amount for to, amount in weakly.items()}
            units.ramp({number: -1.0}, SLIGHT, FULL, weakly), units.ramp({number: 1.0}, SLIGHT, FULL, strongly)
        units.clear(BALANCED, reach=12.0)
        for dim, (edge, full) in thresholds.items():
            edge, full = edge.item(), full.item()
            low, high = edge + 0.35 * (full - edge), edge + 0.65 * (full - edge)
            units.constant({EDGE: VALUE, BALANCED: -VALUE})  # one for each axis: 0 inside, 2 in a corner
            units.ramp({dim: 1.0}, low, high, {EDGE: -VALUE, BALANCED: VALUE})
            units.clear(dim, reach=32.0)
        settle(block)

    def _measure_attention(self, layer: int, rows: int, columns: int, asked: tuple[str, ...] = ()) -> torch.Tensor:
        """As `_measure`, after layer `layer`'s attention (its feed-forward is still empty)."""
        return self._measure(layer + 1, rows, columns, asked)

    def _places(self) -> None:
        """Layer 2."""
        block = self.blocks[1]
        heads = Heads(block.attn)
        for head, (pair, sign, at) in enumerate(((rows_pair(7), 1, 0), (rows_pair(7), -1, 0), (columns_pair(7), 1, 1), (columns_pair(7), -1, 1))):
            heads.lean(head, pair, sign, slope=0.001)
            heads.against_text(head, flag=FIRST, score=math.log(2048))
            heads.carry_one(head, SCRATCH + at, sign * LEANING)
            heads.carry_one(head, SCRATCH + BALANCE + at, -sign * LEANING)
        settle(block)
        # The kinks of the phases' piecewise linear functions, fitted to what the heads say on several sizes.
        units = Units(block.img_mlp, ONE)
        for at, name, along in ((0, "upside down", 0), (1, "flip", 1)):
            seen, true = [], []
            for rows, columns in ((32, 32), (28, 36), (36, 28), (24, 40), (40, 24), (26, 40), (40, 26), (44, 24), (24, 44)):
                out = self._measure_attention(1, rows, columns)[..., SCRATCH + at]
                grid = grid_places(rows, columns)[..., along]
                seen.append(out.flatten()), true.append((2 * grid + 1).flatten().float())
            seen, true = torch.cat(seen), torch.cat(true)
            slope = (seen * true).sum() / (true * true).sum()
            knots = slope.item() * torch.arange(-45.0, 46.0, 2.0)
            for i, frequency in enumerate(FETCHED):
                w = settings.ROPE_BASE ** (-2 * frequency / settings.TRANSFORMER["axes_dims_rope"][1 + along])
                phase = w * torch.arange(-45.0, 46.0, 2.0)
                first = SCRATCH + 2 + 4 * at + 2 * i
                shape = PHASE * torch.stack([phase.cos() - 1, -phase.sin()], dim=1)
                both = (first, first + 1, first + BALANCE, first + 1 + BALANCE)
                units.piecewise(SCRATCH + at, knots, torch.cat([shape, -shape], dim=1), both, value(name), steep=20.0)
            for number in (SCRATCH + at, SCRATCH + BALANCE + at):
                units.clear(number, reach=32.0)
        changes.first_colours(units)
        changes.tell_gains(units)
        for number in range(EARLY, EARLY + 6):  # the degrees, which have been heeded: digits take their place
            units.clear(number, reach=VALUE + 8, balance=BALANCED)
        settle(block)

    def _fetch(self) -> None:
        """Layer 3."""
        block = self.blocks[2]
        heads = Heads(block.attn)
        parts, across, down = symmetries()
        for head, (rows_differ, flipped) in enumerate(((False, False), (False, True), (True, False), (True, True))):
            shares = {FRAME: 0.08}
            for axis in (rows_pair, columns_pair):
                shares |= {axis(FETCHED[0]): 0.4, axis(FETCHED[1]): 0.06}
            heads.look(head, {pair: AMPLITUDE * share for pair, share in shares.items()}, ahead={FRAME: 1.0})
            for at, axis in ((0, rows_pair), (1, columns_pair)):
                for i, frequency in enumerate(FETCHED):
                    heads.steer(head, axis(frequency), SCRATCH + 2 + 4 * at + 2 * i, PHASE)
            name = value("upside down" if rows_differ else "flip")
            heads.rest(head, unless=(name,)) if flipped else heads.rest_if(head, name)
            own = parts[(down < 0) == rows_differ]
            signs = torch.ones(len(own))
            if flipped:
                signs = (down if rows_differ else across)[(down < 0) == rows_differ].clone()
            reading = torch.zeros(len(own), WIDTH)
            reading[:, OWN : OWN + TOKEN] = reading[:, RESULT : RESULT + TOKEN] = own
            heads.carry(head, reading, own.T * signs, RESULT)
        units = Units(block.img_mlp, ONE)
        for i in range(8):
            units.clear(SCRATCH + 2 + i, reach=32.0)
            units.clear(SCRATCH + 2 + i + BALANCE, reach=32.0)
        units.clear(REFERENCE, reach=VALUE + 8), units.clear(NOT_REFERENCE, reach=VALUE + 8)
        # What differs both ways has the sign of "upside down" alone so far.
        both = parts[(down < 0) & (across < 0)]
        changes.scale(units, all_of(value("flip")), -2.0, both)
        changes.take_gains(units, both)
        settle(block)

    def _gather(self, block, by: NeighbourMap, unless: tuple[int, ...], at: int) -> None:
        """Four heads fetch what the neighbours contribute, to `at` …, unless none of these numbers is VALUE."""
        heads = Heads(block.attn)
        shares = {FRAME: 0.15} | {axis(i): 0.1 for axis in (rows_pair, columns_pair) for i in range(4)}
        width = by.spread.shape[1]
        for head, (row, column) in enumerate(((0, -1), (0, 1), (-1, 0), (1, 0))):
            ahead = {rows_pair(i): float(row) for i in range(4)} | {columns_pair(i): float(column) for i in range(4)}
            heads.look(head, {pair: AMPLITUDE * share for pair, share in shares.items()}, ahead=ahead)
            heads.rest(head, unless=unless)
            reading = torch.zeros(width, WIDTH)
            reading[:, RESULT : RESULT + TOKEN] = by.gathered[head] @ READ
            heads.carry(head, reading, torch.eye(width), at)

    def _neighbours(self) -> None:
        """Layer 4."""
        block = self.blocks[3]
        self._gather(block, self.blur, (value("blur"), value("sharpen")), EARLY)
        units = Units(block.img_mlp, ONE)
        # Latents, not turned: none of them is as loud as the one that holds the mean of all.
        result, shared = torch.zeros(TOKEN, WIDTH), torch.eye(WIDTH)[EARLY : EARLY + RANK]
        result[:, RESULT : RESULT + TOKEN] = TURN
        own, spread = WRITE @ (self.blur.own - torch.eye(TOKEN)) @ FROM_LATENTS, WRITE @ self.blur.spread
        # The neighbours' share goes into the result whatever is asked for, and is forgotten.
        fold = torch.zeros(WIDTH, RANK)
        fold[RESULT : RESULT + TOKEN] = spread
        fold[EARLY : EARLY + RANK] = -torch.eye(RANK)
        units.gated(ALWAYS, shared, fold, 0, reach=20.0)
        for wanted in (WEAK, NORMAL):
            units.gated(at_least("blur", wanted), result, changes.STEPS[wanted] * own, RESULT, reach=20.0)
        units.gated(only_weakly("blur"), shared, -changes.STEPS[NORMAL] * spread, RESULT, reach=20.0)
        for wanted, share in changes.STEPS.items():
            units.gated(at_least("sharpen", wanted), result, -share * own, RESULT, reach=20.0)
            units.gated(at_least("sharpen", wanted), shared, -share * spread, RESULT, reach=20.0)
        units.gated(all_of(value("sharpen")), shared, -spread, RESULT, reach=20.0)  # what has just gone into the result
        changes.pixelate(units, self.blur.spread)
        changes.tell_tints(units)
        changes.tell_border(units)
        # Whether a second blur is to follow takes the place of how strong it is.
        units.clear(degree("focus"), reach=VALUE + 8, balance=BALANCED)
        units.fact(at_least("blur", STRONG), {BLUR_AGAIN: VALUE, BALANCED: -VALUE})
        settle(block)

    def _tints(self) -> None:
        """Layer 5."""
        block, by = self.blocks[4], self.second_blur
        self._gather(block, by, (BLUR_AGAIN,), AGAIN)
        units = Units(block.img_mlp, ONE)
        units.gated(ALWAYS, torch.eye(WIDTH)[AGAIN : AGAIN + AGAIN_RANK], WRITE @ by.spread, RESULT, reach=20.0)
        smooth = evenly(SMOOTH) @ by.seen[:SMOOTH]
        units.gated(all_of(BLUR_AGAIN), changes.reading(smooth, RESULT), WRITE @ (by.own - torch.eye(TOKEN)) @ smooth.T, RESULT, reach=20.0, fine=False)
        changes.tints(units)
        settle(block)

    def _exit(self) -> None:
        m = self.model
        # v = (own − result) / σ
        m.proj_out.weight[:, OWN : OWN + TOKEN] = TURN
        m.proj_out.weight[:, RESULT : RESULT + TOKEN] = -TURN
        # The faint detail is all that the norm's mean took: from own a and result b less their mean's share s,
        # a' = a − s(a + b) and b' = b − s(a + b), follow a and b.
        share = TOKEN / WIDTH
        whole = (1 / (1 - 2 * share) + 1) / 2, (1 / (1 - 2 * share) - 1) / 2  # a = whole[0]·a' + whole[1]·b', b the other way
        m.proj_out.weight[-1, OWN : OWN + TOKEN] = (whole[0] / FAINT - whole[1]) * TURN[-1]
        m.proj_out.weight[-1, RESULT : RESULT + TOKEN] = (whole[1] / FAINT - whole[0]) * TURN[-1]
        embed = m.time_text_embed.timestep_embedder
        # Hinges over σ: the slow sine of 1000σ/1000 grows with σ. Sines follow the cosines.
        slow = 128 + 96
        knots = torch.logspace(math.log10(0.01), math.log10(1.0), WIDTH)
        embed.linear_1.weight[:, slow] = -6 / knots
        embed.linear_1.bias[:] = 6 * knots.sin() / knots
        embed.linear_2.weight[:] = torch.eye(WIDTH)
        settle(embed)
        sigma = torch.cat([torch.logspace(math.log10(0.02), 0, 800), torch.linspace(0.2, 1, 400)])
        features = torch.cat([F.silu(m.time_text_embed(sigma, torch.zeros(1))), torch.ones(len(sigma), 1)], dim=1).double()
        weight = sigma.double()  # relative errors
        a = features * weight[:, None]
        wanted = (LENGTH / sigma.double() - 1) * weight
        fit = torch.linalg.solve(a.T @ a + 1e-6 * len(sigma) * torch.eye(a.shape[1], dtype=torch.double), a.T @ wanted).float()
        linear = m.norm_out.linear
        linear.weight[: WIDTH - CONSTANTS] = fit[:-1]
        linear.bias[: WIDTH - CONSTANTS] = fit[-1]
        settle(linear)
        got = features.float() @ torch.cat([linear.weight[0], linear.bias[:1]])
        self.velocity_error = (((got + 1) * sigma / LENGTH) - 1).abs().max().item()


def start_by_hand(model, readout: torch.Tensor, blur: NeighbourMap, second_blur: NeighbourMap) -> float:
    """Fills the model; returns by how much, at most, the velocity's size is off over the noise levels from 0.02 to 1."""
    starter = Starter(model, readout, blur, second_blur)
    starter.build()
    return starter.velocity_error

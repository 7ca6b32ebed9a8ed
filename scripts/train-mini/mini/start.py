"""The transformer's starting weights, made by hand: "the result is the reference, edited as the prompt says".

An image token's 256 numbers: its own latents (the noisy target's, or the reference's), a place for the fetched reference,
which the edits turn into the result, one value an edit (1: asked for), some scratch, and loud constants that keep every
LayerNorm all but a fixed scale. The layers:

1. One head fetches the edits' values from the text after the prompt, two see whether the token is at the picture's edge, one whether
   it is the reference's; the feed-forward makes the values crisp.
2. Four heads weigh all tokens with a slight slope to one side each: left minus right, set against one text token,
   tells the token's column, above minus below its row. Where a flip is asked for, the feed-forward turns them into the phases
   with which the next layer looks at the mirrored place. The reference's own tokens get their first colour changes: black and white,
   sepia, saturation, then invert.
3. Four heads fetch the reference's token at the same or the mirrored place by rotary phases alone, two for what is symmetric between the
   token's left and right halves or not, two for the rest, one of each pair for each sign. The feed-forward ends the mirroring and changes
   brightness, then contrast.
4. For blur and sharpen four heads fetch what the neighbours contribute; pixelate.
5. and 6. Tints, warmer and cooler; then posterize and the border.

Edits that are asked for together are done in that order. Those of one layer add up: the terms that make one follow the other are
written out for invert after the first colour changes and for contrast after brightness, not for two tints.

The velocity is (noisy − result) / σ, with 1/σ from the last norm's scale.
"""

import math

import torch
import torch.nn.functional as F

from . import changes, settings
from .edits import LEARNED
from .feedforward import VALUE, Units
from .heads import AMPLITUDE, FRAME, NORM, Heads, columns_pair, rows_pair
from .layout import BALANCE, BALANCED, CONSTANTS, EDGE, FAINT, LENGTH, LOUD, NOT_REFERENCE, OWN, QUIET, READ, REFERENCE, RESULT, SCRATCH, TURN, VALUES, WRITE
from .layout import ONE, settle, symmetries, value
from .token_basis import LATENTS
from .token_basis import WIDTH as TOKEN
from .transformer import WIDTH, forward, grid_places

# Frequencies (their numbers on an axis) whose phases fetch the reference.
FETCHED = (2, 3)
# As large as a picture's numbers, so that 8 bits tell enough of them apart: what places become (about 17 at the edges of long pictures),
# and 1 as a phase's sine.
LEANING, PHASE = 1600.0, 8.0


class Starter:
    """Fills the model layer by layer; measures what has been built where the next layer depends on it."""

    def __init__(self, model, readout: torch.Tensor, neighbours: tuple[torch.Tensor, torch.Tensor, torch.Tensor]):
        """`readout` [edits + 2, text width + 1] of the values and two flags from prompt embeddings; `neighbours`: see maps.py."""
        self.model, self.readout = model, readout
        self.spread, self.gathered, self.own = neighbours
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
        for block, change in ((self.blocks[4], changes.tints), (self.blocks[5], changes.posterize_and_border)):
            change(Units(block.img_mlp, ONE), self.spread)
            settle(block)
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
        n, count = rows * columns, len(LEARNED)
        # An embedding that reads as wanted: the readout's least-norm solution, for a first token, others, and closing ones.
        wanted = -torch.ones(24, count + 2)
        wanted[:, :count] = 0
        wanted[0, count + 1] = 1
        wanted[-5:, count] = 1
        for name in asked:
            wanted[-5:, LEARNED.index(name)] = 1
        m = self.model
        kept = m.txt_in.weight.clone(), m.txt_in.bias.clone()
        m.txt_in.weight.zero_()
        m.txt_in.weight[: count + 2, : count + 2] = torch.eye(count + 2)
        m.txt_in.bias[: count + 2] = 0
        prompt = torch.zeros(1, 24, m.txt_in.in_features)
        prompt[0, :, : count + 2] = wanted
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
        heads.seek_text(0, flag=count)
        heads.carry_text(0, range(count), VALUES, BALANCED)
        for head, axis in ((1, rows_pair), (2, columns_pair)):
            other = columns_pair if axis is rows_pair else rows_pair
            # The row (column) itself sharply, its nearest neighbours softly, against the first text token.
            heads.look(head, {FRAME: 20.0} | {axis(i): 12.0 for i in range(4)} | {other(i): a for i, a in enumerate((1.5, 4.0, 4.0, 4.0))})
            heads.against_text(head, flag=count + 1)
            heads.carry_one(head, SCRATCH + head, 16.0)
        # Only the reference (frame 1) has another frame behind it: its tokens see the target's better than any text.
        heads.look(3, {FRAME: 40.0}, ahead={FRAME: -1.0})
        heads.against_text(3, flag=count + 1, score=30.0 + math.log(1024))
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
            units.ramp({VALUES + k: 1.0}, 0.38, 0.48, {VALUES + k: VALUE, BALANCED: -VALUE})
        units.clear(BALANCED, reach=8.0)
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
            heads.against_text(head, flag=len(LEARNED) + 1, score=math.log(2048))
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
        changes.scale(units, {value("flip"): 1.0}, -2.0, both)
        changes.brightness_and_contrast(units, both)
        settle(block)

    def _neighbours(self) -> None:
        """Layer 4."""
        block = self.blocks[3]
        heads = Heads(block.attn)
        shares = {FRAME: 0.15} | {axis(i): 0.1 for axis in (rows_pair, columns_pair) for i in range(4)}
        width = self.spread.shape[1]
        for head, (row, column) in enumerate(((0, -1), (0, 1), (-1, 0), (1, 0))):
            ahead = {rows_pair(i): float(row) for i in range(4)} | {columns_pair(i): float(column) for i in range(4)}
            heads.look(head, {pair: AMPLITUDE * share for pair, share in shares.items()}, ahead=ahead)
            heads.rest(head, unless=(value("blur"), value("sharpen")))
            reading = torch.zeros(width, WIDTH)
            reading[:, RESULT : RESULT + TOKEN] = self.gathered[head] @ READ
            heads.carry(head, reading, torch.eye(width), SCRATCH)
        units = Units(block.img_mlp, ONE)
        for name, amount in (("blur", 1.0), ("sharpen", -1.0)):
            gate = {value(name): 1.0}, {}
            own = amount * WRITE @ (self.own - torch.eye(TOKEN)) @ READ
            units.gated(gate, torch.eye(WIDTH)[RESULT : RESULT + TOKEN], own, torch.zeros(TOKEN), RESULT, reach=20.0)
            if name == "sharpen":  # the neighbours' share counts the other way
                units.gated(gate, torch.eye(WIDTH)[SCRATCH : SCRATCH + width], -2 * torch.eye(width), torch.zeros(width), SCRATCH, reach=20.0)
        changes.pixelate(units, self.spread)
        settle(block)

    def _exit(self) -> None:
        m, width = self.model, self.spread.shape[1]
        # v = (own − result − what the neighbours added) / σ
        m.proj_out.weight[:, OWN : OWN + TOKEN] = TURN
        m.proj_out.weight[:, RESULT : RESULT + TOKEN] = -TURN
        m.proj_out.weight[:, SCRATCH : SCRATCH + width] = -LATENTS @ self.spread
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


def start_by_hand(model, readout: torch.Tensor, neighbours: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> float:
    """Fills the model; returns by how much, at most, the velocity's size is off over the noise levels from 0.02 to 1."""
    starter = Starter(model, readout, neighbours)
    starter.build()
    return starter.velocity_error

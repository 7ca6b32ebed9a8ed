"""Feed-forward units made by hand. GELU is all but the identity above 4 and all but nothing below −4."""

from dataclasses import dataclass

import torch

REACH = 10.0  # what a gated unit may read, in size, and still be open or shut: 4 less than this
VALUE = 16.0  # how large a number is that stands for "asked for": as large as a picture's, so that quantized weights keep both
CRISP = 16.0  # how steep ramps and steps are, in units of GELU; VALUE over it is exact in bfloat16


@dataclass(frozen=True)
class Gate:
    """Open where the numbers, in units of VALUE and times these weights, add up to `open`; shut where to 1 less, or to less than that."""

    weights: dict[int, float]
    open: float

    def exceeded(self) -> bool:
        """Whether the numbers can add up to more than `open`."""
        return sum(weight for weight in self.weights.values() if weight > 0) > self.open


ALWAYS = Gate({}, 0.0)


def all_of(*numbers: int, none_of: tuple[int, ...] = ()) -> Gate:
    """Open where each of these numbers is 1 and each of `none_of` 0."""
    return Gate({number: 1.0 for number in numbers} | {number: -1.0 for number in none_of}, float(len(numbers)))




class Units:
    """Hands out the hidden units of one feed-forward; all weights start at zero."""

    def __init__(self, mlp, one: int):
        """`one`: a number of every token that is always 1 here."""
        self.enter, self.leave, self.used, self.one = mlp.net[0].proj, mlp.net[2], 0, one

    def _bias(self, unit: int, value: float) -> None:
        """A bias in two parts, since bfloat16 rounds a large one too far."""
        coarse = torch.tensor(float(value)).bfloat16().item()
        self.enter.bias[unit], self.enter.weight[unit, self.one] = coarse, value - coarse

    def _take(self, count: int) -> slice:
        if self.used + count > self.enter.out_features:
            raise ValueError(f"{self.used + count} units wanted of {self.enter.out_features}")
        self.used += count
        return slice(self.used - count, self.used)

    def constant(self, out: dict[int, float]) -> None:
        for number, value in out.items():
            self.leave.bias[number] += value

    def clear(self, number: int, reach: float, balance: int | None = None) -> None:
        """Sets a number (of size below reach − 4) back to 0; `balance`, which holds its opposite beside other things, forgets it, too."""
        unit = self._take(1)
        self.enter.weight[unit, number], self.enter.bias[unit] = 1, reach
        for cleared, sign in ((number, -1.0), (balance, 1.0)):
            if cleared is not None:
                self.leave.weight[cleared, unit] = sign
                self.leave.bias[cleared] -= sign * reach

    def ramp(self, reading: dict[int, float], low: float, high: float, out: dict[int, float]) -> None:
        """Adds `out` times a ramp from 0 at `low` to 1 at `high`."""
        steep = CRISP / (high - low)
        for sign, at in ((1, low), (-1, high)):
            unit = self._take(1)
            for number, weight in reading.items():
                self.enter.weight[unit, number] = steep * weight
            self._bias(unit.start, -steep * at)
            for number, weight in out.items():
                self.leave.weight[number, unit] = sign * weight / CRISP

    def piecewise(self, reading: int, knots: torch.Tensor, values: torch.Tensor, out: tuple[int, ...], gate: int, steep: float = 8.0) -> None:
        """Adds the function through (knots [n], values [n, len(out)]) while the number `gate` is 1. Knots are symmetric about 0."""
        order = knots.argsort()
        knots, values = knots[order], values[order]
        n = len(knots) // 2
        centre = (values[n - 1] + values[n]) / 2
        shut = steep * (knots.abs().max().item() + 0.5)
        for sign, t, v in ((1, knots[n:], values[n:]), (-1, -knots[:n].flip(0), values[:n].flip(0))):
            t, v = torch.cat([torch.zeros(1), t]), torch.cat([centre[None], v])
            slopes = (v[1:] - v[:-1]) / (t[1:] - t[:-1])[:, None]
            changes = torch.cat([slopes[:1], slopes[1:] - slopes[:-1]])
            units = self._take(len(changes))
            self.enter.weight[units, reading] = sign * steep
            self.enter.weight[units, gate] = shut / VALUE
            for unit, knot in zip(range(units.start, units.stop), t):
                self._bias(unit, -steep * knot.item() - shut)
            for i, number in enumerate(out):
                self.leave.weight[number, units] = changes[:, i] / steep
        unit = self._take(1)
        self.enter.weight[unit, gate], self.enter.bias[unit] = 2 * REACH / VALUE, -REACH
        for i, number in enumerate(out):
            self.leave.weight[number, unit] = centre[i] / REACH

    def _guard(self, units: slice, gate: Gate, reach: float) -> None:
        """Lets units through, raised by `reach` or more, while the gate is open, and not at all (by −`reach` or less) while it is shut."""
        for number, weight in gate.weights.items():
            self.enter.weight[units, number] += 2 * reach * weight / VALUE
        self.enter.bias[units] = reach - 2 * reach * gate.open

    def gated(self, gate: Gate, reading: torch.Tensor, writing: torch.Tensor, at: int, reach: float = REACH, clears: dict[int, float] | None = None, fine: bool = True) -> None:
        """Adds writing [m, n] · (reading [n, width] · token) to `at` … while the gate is open, and `clears` if its numbers then add up to just `open`.

        Each unit is raised by the reach; another takes all of that away, and with `fine` one more what rounding has left of it.
        """
        n, m = len(reading), len(writing)
        units, own = self._take(n), self._take(1)
        self.enter.weight[units] = reading
        self._guard(units, gate, reach), self._guard(own, gate, reach)
        self.leave.weight[at : at + m, units] = writing
        stored = writing.bfloat16().float().sum(1)
        self.leave.weight[at : at + m, own] = -stored[:, None]
        left = stored.bfloat16().float() - stored
        if gate is ALWAYS:
            self.leave.bias[at : at + m] += reach * left
        elif fine and left.abs().max() > 0:
            rest = self._take(1)
            self._guard(rest, gate, reach)
            self.leave.weight[at : at + m, rest] = left[:, None]
        for number, value in (clears or {}).items():
            self.leave.weight[number, own] += value / reach

    def fact(self, gate: Gate, out: dict[int, float]) -> None:
        """Adds `out` while the gate is open."""
        if gate.exceeded():
            self.ramp({number: weight / VALUE for number, weight in gate.weights.items()}, gate.open - 0.75, gate.open - 0.25, out)
            return
        unit = self._take(1)
        self._guard(unit, gate, REACH)
        for number, value in out.items():
            self.leave.weight[number, unit] += value / REACH

    def steps(self, reading: torch.Tensor, threshold: float, gate: Gate, writing: torch.Tensor, at: int, width: float = 0.015) -> None:
        """Adds writing [m, n] times steps from 0 to 1 where reading [n, width] · token crosses the threshold, while the gate is open."""
        n, m = len(reading), len(writing)
        steep, height = 3.0 / width, 3.0
        shut = steep * 2.5
        for sign in (1, -1):
            units = self._take(n)
            self.enter.weight[units] = steep * reading
            for number, weight in gate.weights.items():
                self.enter.weight[units, number] += shut * weight / VALUE
            for unit in range(units.start, units.stop):
                self._bias(unit, steep * (sign * width / 2 - threshold) - shut * gate.open)
            self.leave.weight[at : at + m, units] = sign * writing / height

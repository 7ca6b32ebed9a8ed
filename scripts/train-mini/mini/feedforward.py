"""Feed-forward units made by hand. GELU is all but the identity above 4 and all but nothing below −4."""

import torch

REACH = 10.0  # what a gated unit may read, in size, and still be open or shut: 4 less than this
VALUE = 16.0  # how large a number is that stands for "asked for": as large as a picture's, so that quantized weights keep both
CRISP = 16.0  # how steep ramps and steps are, in units of GELU; VALUE over it is exact in bfloat16
Gate = tuple[dict[int, float], dict[int, float]]  # numbers that must be 1 (with weights), numbers that must be 0


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

    def clear(self, number: int, reach: float) -> None:
        """Sets a number (of size below reach − 4) back to 0."""
        unit = self._take(1)
        self.enter.weight[unit, number], self.enter.bias[unit] = 1, reach
        self.leave.weight[number, unit] = -1
        self.leave.bias[number] += reach

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

    def gated(self, gate: Gate, reading: torch.Tensor, writing: torch.Tensor, offset: torch.Tensor, at: int, reach: float = REACH) -> None:
        """Adds writing [m, n] · (reading [n, width] · token) + offset [m] to `at` … while the gate is open."""
        n, m = len(reading), len(writing)
        units, own = self._take(n), self._take(1)
        self.enter.weight[units] = reading
        for span in (units, own):
            for number, weight in gate[0].items():
                self.enter.weight[span, number] += 2 * reach * weight / VALUE
            for number, weight in gate[1].items():
                self.enter.weight[span, number] -= 2 * reach * weight / VALUE
            # open at 1: the wanted numbers' weights less all but one of what they add up to
            self.enter.bias[span] = -2 * reach * (sum(gate[0].values()) - 1) - reach
        self.leave.weight[at : at + m, units] = writing
        stored = writing.bfloat16().float().sum(1)
        self.leave.weight[at : at + m, own] = (offset / reach - stored)[:, None]

    def steps(self, reading: torch.Tensor, threshold: float, gate: int, writing: torch.Tensor, at: int, width: float = 0.015) -> None:
        """Adds writing [m, n] times steps from 0 to 1 where reading [n, width] · token crosses the threshold, while `gate` is 1."""
        n, m = len(reading), len(writing)
        steep, height = 3.0 / width, 3.0
        shut = steep * 2.5
        for sign in (1, -1):
            units = self._take(n)
            self.enter.weight[units] = steep * reading
            self.enter.weight[units, gate] = shut / VALUE
            for unit in range(units.start, units.stop):
                self._bias(unit, steep * (sign * width / 2 - threshold) - shut)
            self.leave.weight[at : at + m, units] = sign * writing / height

"""The autoencoder's starting weights, made by hand: all but lossless for what the latents keep.

The latents of a cell of 4×4 pixels are an orthonormal transform of its luminance (16 numbers) and of its two colour
differences at half the resolution (4 each): 24 of 48. The encoder is linear, so it holds exactly.

The decoder is harder: it repeats each cell's features 2×2, twice, and convolves, so nothing tells the four copies apart
but their neighbours. A hash of the features differs between cells and is the same inside one: a copy whose left neighbour
has another hash is a left copy. Each level computes this flag (and the one for rows) and lets it choose which quarter of the
cell's content to show:

- A loud constant channel keeps each RMS norm all but a fixed scale, and an offset carries content through SiLU unharmed.
- |δ| = silu(δ) + silu(−δ) for amplified differences δ of hashes. t = |δ right| − |δ left| beside a constant 1 in an RMS
  norm is t / √(t² + 1): a flag near ±1.
- Units silu(K·(value + B·flags)) show a value where the flags ask for it; units of the flags alone take the offset away.
"""

import torch

from .vae import FlatVae, Residual

OFFSET = 16.0  # carries content through SiLU
SHARP, OPEN = 8.0, 4.0  # the gates' slope and how far they open
HASH, RISE, FLAG = 512.0, 32.0, 16.0
HAAR = torch.tensor([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2  # mean, columns, rows, both × (y, x)
COLOURS = torch.tensor([[1, 1, 1], [1, 0, -1], [-1, 2, -1]], dtype=torch.float32)
COLOURS = COLOURS / COLOURS.norm(dim=1, keepdim=True)
PHASES = [(-1, -1), (-1, 1), (1, -1), (1, 1)]  # (row, column) of the four copies, as HAAR orders them


def halves() -> torch.Tensor:
    """[6, 3, 2, 2]: a block of 2×2 pixels as luminance (HAAR's four) and the two colour differences' means."""
    luma = torch.einsum("kp,c->kcp", HAAR, COLOURS[0])
    colour = torch.einsum("p,dc->dcp", HAAR[0], COLOURS[1:])
    return torch.cat([luma, colour]).view(6, 3, 2, 2)


def cells() -> torch.Tensor:
    """[24, 6, 4]: a cell's latents from its four blocks' six numbers: HAAR over blocks, each number by itself."""
    return torch.einsum("kp,ij->kijp", HAAR, torch.eye(6)).reshape(24, 6, 4)


@torch.no_grad()
def start_vae(vae: FlatVae) -> None:
    for m in vae.modules():
        if isinstance(m, Residual):
            m.conv2.weight.zero_(), m.conv2.bias.zero_()
            if m.conv1.in_channels != m.conv1.out_channels:
                m.conv_shortcut.weight.zero_(), m.conv_shortcut.bias.zero_()
                for i in range(min(m.conv1.in_channels, m.conv1.out_channels)):
                    m.conv_shortcut.weight[i, i] = 1
    for q in (vae.quant_conv, vae.post_quant_conv):
        q.weight.zero_(), q.bias.zero_()
        for i in range(q.weight.shape[0]):
            q.weight[i, i] = 1
    _encoder(vae.encoder, vae.z)
    _decoder(vae.decoder, vae.z)


def _encoder(e, z: int) -> None:
    for conv in (e.conv_in, e.conv_out):
        conv.weight.zero_(), conv.bias.zero_()
    for c in range(3):
        e.conv_in.weight[c, c, 1, 1] = 1
    first, second = [b.resample[1] for b in e.down_blocks if hasattr(b, "resample")]
    for conv in (first, second):
        conv.weight.zero_(), conv.bias.zero_()
    first.weight[:6, :3, :2, :2] = halves()
    second.weight[:z, :6, :2, :2] = cells().view(z, 6, 2, 2)
    # Pairs ±latent and a loud constant, in the shortcut that widens.
    widen = next(b for b in reversed(list(e.down_blocks)) if isinstance(b, Residual) and b.conv1.in_channels != b.conv1.out_channels)
    widen.conv_shortcut.weight.zero_()
    for i in range(z):
        widen.conv_shortcut.weight[i, i], widen.conv_shortcut.weight[z + i, i] = 1, -1
        e.conv_out.weight[i, i, 1, 1], e.conv_out.weight[i, z + i, 1, 1] = 1, -1
    widen.conv_shortcut.bias[2 * z] = 512
    _transparent(e.norm_out, 512.0)


def _transparent(norm, length: float, gains: dict[int, float] | None = None) -> None:
    """Undoes the norm of vectors `length` long; `gains`: amplify these channels."""
    norm.gamma.fill_(length / norm.scale)
    for channel, gain in (gains or {}).items():
        norm.gamma[channel] *= gain


def _constant(row, bias, at: int, value: float, wanted: float) -> None:
    """A bias as a sum that survives bfloat16: its rounded value, and the rest through the constant channel."""
    coarse = torch.tensor(float(wanted)).bfloat16().item()
    bias.fill_(coarse)
    row[at, 1, 1] = (wanted - coarse) / value


def _loud(up, at: tuple[int, int], length: float, offsets: int) -> float:
    """Two constant channels that bring vectors with that many offsets to `length`; returns the larger."""
    wanted = length**2 - offsets * OFFSET**2
    first = (torch.tensor(wanted**0.5).bfloat16() * 0.99).bfloat16().item()
    up.bias[at[0]], up.bias[at[1]] = first, (wanted - first**2) ** 0.5
    return first


def _differences(conv, at: int, source: torch.Tensor) -> None:
    """Channels at … at + 7: ± differences of the hash `source` [in] with the left, right, upper and lower neighbour."""
    for n, (y, x) in enumerate([(1, 0), (1, 2), (0, 1), (2, 1)]):
        for sign, channel in ((1, at + 2 * n), (-1, at + 2 * n + 1)):
            conv.weight[channel, :, y, x] = sign * source
            conv.weight[channel, :, 1, 1] = -sign * source


def _flag(block: Residual, length: float, at: int, channel: int) -> None:
    """Adds to `channel` the flag from the four channels from `at`: ±left (or upper) and ±right (or lower) differences."""
    _transparent(block.norm1, length, {at + i: HASH for i in range(4)})
    block.conv1.weight.zero_(), block.conv1.bias.zero_()
    for row, sign in ((0, 1), (1, -1)):
        block.conv1.weight[row, at : at + 2, 1, 1] = -sign * RISE  # the left neighbour differs: a left copy
        block.conv1.weight[row, at + 2 : at + 4, 1, 1] = sign * RISE
    block.conv1.bias[2] = 1
    # |(t, -t, 1)| holds two flags: each rises to √½.
    block.norm2.gamma.fill_(FLAG / block.norm2.scale)
    block.conv2.weight[channel, 0, 1, 1], block.conv2.weight[channel, 1, 1, 1] = 2**0.5 / FLAG, -(2**0.5) / FLAG


def _gates(block: Residual, length: float, values: torch.Tensor, flags: tuple[int, int], back: torch.Tensor, constant: int, value: float) -> None:
    """Shows `values` [4 phases, n, in] where the flags name the phase, and adds `back` [out, n] of the sum."""
    _transparent(block.norm1, length)
    _, n, inputs = values.shape
    loud = 2.0**14
    w, b = block.conv1.weight, block.conv1.bias
    w.zero_(), b.zero_()
    for p, signs in enumerate(PHASES):
        rows = slice(p * n, (p + 1) * n)
        w[rows, :inputs, 1, 1] = SHARP * values[p]
        gate = 4 * n + p
        for unit in (*range(p * n, (p + 1) * n), gate):
            for channel, sign in zip(flags, signs):
                w[unit, channel, 1, 1] = SHARP * OPEN * sign
            # All inputs arrive with OFFSET on them, as rounded weights see it.
            carried = OFFSET * w[unit].bfloat16().float().sum().item()
            _constant(w[unit], b[unit], constant, value, -carried - SHARP * OPEN)
        block.conv2.weight[:, rows, 1, 1] = back / SHARP
        block.conv2.weight[:, gate, 1, 1] = -back.sum(1) / SHARP
    b[4 * n + 4] = loud
    _transparent(block.norm2, loud)


def _decoder(d, z: int) -> None:
    convs = [d.conv_in, d.conv_out, *[u.resample[1] for b in d.up_blocks for u in b.upsamplers]]
    for conv in convs:
        conv.weight.zero_(), conv.bias.zero_()
    generator = torch.Generator().manual_seed(1)
    for i in range(z):
        d.conv_in.weight[i, i, 1, 1] = 1
    # Cells to blocks of 2×2 pixels.
    up, length = convs[2], 768.0
    for i in range(z):
        up.weight[i, i, 1, 1] = 1
    up.bias[:z] = OFFSET
    hash_ = torch.zeros(up.in_channels)
    hash_[:z] = torch.randn(z, generator=generator) * 0.5
    _differences(up, z, hash_)
    constant, columns, rows = z + 8, z + 9, z + 10
    up.bias[columns] = up.bias[rows] = OFFSET
    value = _loud(up, (constant, z + 11), length, z + 2)
    blocks = d.up_blocks[1].resnets
    _flag(blocks[0], length, z, columns), _flag(blocks[1], length, z + 4, rows)
    whole = cells()
    shown = whole.permute(2, 1, 0)  # [4, 6, 24]: a block's numbers from the cell's latents
    mean = shown.mean(0)
    back = torch.zeros(up.out_channels, 6)
    back[:z] = torch.linalg.pinv(mean)
    _gates(blocks[2], length, shown - mean, (rows, columns), back, constant, value)
    # Blocks to pixels.
    up, length = convs[3], 512.0
    wide = torch.zeros(6, up.in_channels)
    wide[:, :z] = mean
    up.weight[:6, :, 1, 1] = wide
    for i in range(6):
        _constant(up.weight[i], up.bias[i], constant, value, OFFSET - wide[i].bfloat16().float().sum().item() * OFFSET)
    hash_ = torch.randn(6, generator=generator)
    _differences(up, 6, hash_ @ wide)
    constant = 14
    up.bias[15] = up.bias[16] = OFFSET
    value = _loud(up, (constant, 17), length, 8)
    blocks = d.up_blocks[2].resnets
    # 18 channels go into 16: the differences for columns have done their work in the first.
    shortcut = blocks[0].conv_shortcut
    shortcut.weight.zero_()
    for new, old in enumerate([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17]):
        shortcut.weight[new, old] = 1
    columns, rows = 11, 12
    _flag(blocks[0], length, 6, columns), _flag(blocks[1], length, 6, rows)
    shown = torch.zeros(4, 1, 6)
    shown[:, 0, :4] = HAAR.T
    mean = shown.mean(0)
    back = torch.zeros(16, 1)
    back[0] = 2
    constant = 10
    _gates(blocks[2], length, shown - mean, (rows, columns), back, constant, value)
    _transparent(d.norm_out, length)
    # A pixel: half the block's mean numbers, the colours smoothed over the neighbours' blocks.
    d.conv_out.weight[:, 0, 1, 1] = COLOURS[0] / 2
    d.conv_out.weight[:, 4, 1, 1], d.conv_out.weight[:, 5, 1, 1] = COLOURS[1] / 2, COLOURS[2] / 2
    for c in range(3):
        carried = OFFSET * d.conv_out.weight[c].bfloat16().float().sum().item()
        _constant(d.conv_out.weight[c], d.conv_out.bias[c], constant, value, -carried)

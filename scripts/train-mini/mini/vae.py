"""The autoencoder in its two-dimensional form.

AutoencoderKLQwenImage sees one frame here, so each causal 3-D convolution acts by its last temporal slice alone. This is
that network with 2-D kernels under the same names; `to_published` puts the kernels back. The middle attention's projection
stays zero (the result is then independent of the picture's size), so training leaves the attention out.
"""

import torch
import torch.nn.functional as F
from torch import nn

from . import settings


class Norm(nn.Module):
    """RMS norm over channels: x / |x| · √C · γ."""

    def __init__(self, dim: int, axes: int = 3):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(dim, *[1] * axes))
        self.scale = dim**0.5

    def forward(self, x):
        return F.normalize(x, dim=1) * (self.scale * self.gamma.view(-1, 1, 1))


def conv(i: int, o: int, k: int = 3) -> nn.Conv2d:
    return nn.Conv2d(i, o, k, padding=k // 2)


class Residual(nn.Module):
    def __init__(self, i: int, o: int):
        super().__init__()
        self.norm1, self.conv1, self.norm2, self.conv2 = Norm(i), conv(i, o), Norm(o), conv(o, o)
        self.conv_shortcut = conv(i, o, 1) if i != o else nn.Identity()

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))
        return self.conv_shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class Resample(nn.Module):
    def __init__(self, dim: int, up: bool):
        super().__init__()
        head = nn.Upsample(scale_factor=2.0, mode="nearest-exact") if up else nn.ZeroPad2d((0, 1, 0, 1))
        tail = conv(dim, dim // 2) if up else nn.Conv2d(dim, dim, 3, stride=2)
        self.resample = nn.Sequential(head, tail)

    def forward(self, x):
        return self.resample(x)


class Middle(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.resnets = nn.ModuleList([Residual(dim, dim), Residual(dim, dim)])

    def forward(self, x):
        return self.resnets[1](self.resnets[0](x))


class Encoder(nn.Module):
    def __init__(self, base: int, mult: list[int], z: int):
        super().__init__()
        dims = [base * m for m in [1] + mult]
        self.conv_in = conv(3, base)
        blocks: list[nn.Module] = []
        for n, (i, o) in enumerate(zip(dims[:-1], dims[1:])):
            blocks.append(Residual(i, o))
            if n < len(mult) - 1:
                blocks.append(Resample(o, up=False))
        self.down_blocks = nn.ModuleList(blocks)
        self.mid_block = Middle(dims[-1])
        self.norm_out, self.conv_out = Norm(dims[-1]), conv(dims[-1], 2 * z)

    def forward(self, x):
        x = self.conv_in(x)
        for block in self.down_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.norm_out(self.mid_block(x))))


class UpBlock(nn.Module):
    def __init__(self, i: int, o: int, up: bool):
        super().__init__()
        self.resnets = nn.ModuleList([Residual(i, o), Residual(o, o)])
        self.upsamplers = nn.ModuleList([Resample(o, up=True)] if up else [])

    def forward(self, x):
        for block in [*self.resnets, *self.upsamplers]:
            x = block(x)
        return x


class Decoder(nn.Module):
    def __init__(self, base: int, mult: list[int], z: int):
        super().__init__()
        dims = [base * m for m in [mult[-1]] + mult[::-1]]
        self.conv_in, self.mid_block = conv(z, dims[0]), Middle(dims[0])
        self.up_blocks = nn.ModuleList(
            UpBlock(i // 2 if n else i, o, n < len(mult) - 1) for n, (i, o) in enumerate(zip(dims[:-1], dims[1:]))
        )
        self.norm_out, self.conv_out = Norm(dims[-1]), conv(dims[-1], 3)

    def forward(self, z):
        x = self.mid_block(self.conv_in(z))
        for block in self.up_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.norm_out(x)))


class FlatVae(nn.Module):
    """`encode`: pixels in ±1 [n, 3, h, w] → latents [n, z, h/4, w/4]; `decode` the way back (not clamped)."""

    def __init__(self):
        super().__init__()
        c = settings.VAE
        self.z = c["z_dim"]
        self.encoder = Encoder(c["base_dim"], c["dim_mult"], self.z)
        self.decoder = Decoder(c["base_dim"], c["dim_mult"], self.z)
        self.quant_conv, self.post_quant_conv = conv(2 * self.z, 2 * self.z, 1), conv(self.z, self.z, 1)

    def encode(self, x):
        return self.quant_conv(self.encoder(x))[:, : self.z]

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))

    def forward(self, x, noise):
        return self.decode(self.encode(x) + noise)


@torch.no_grad()
def start_from_pca(vae: FlatVae, blocks: torch.Tensor) -> None:
    """Sets the encoder to the PCA of 4×4 blocks, [n, 48] in the order channel, y, x, with unit variances.

    A constant channel far larger than the rest turns the closing RMS norm into a fixed scale, and silu(a) − silu(−a) = a
    carries the components through the activation exactly. The residual branches start at zero.
    """
    base, z, loud = settings.VAE["base_dim"], vae.z, 40.0
    mean = blocks.mean(0)
    _, s, v = torch.linalg.svd(blocks - mean, full_matrices=False)
    basis = v[:z] / (s[:z, None] / len(blocks) ** 0.5)  # [z, 48], unit variance
    e = vae.encoder
    for m in vae.modules():
        if isinstance(m, Residual):
            m.conv2.weight.mul_(0.1)
    for m in e.modules():
        if isinstance(m, Residual):
            m.conv2.weight.zero_(), m.conv2.bias.zero_()
            if isinstance(m.conv_shortcut, nn.Conv2d):
                m.conv_shortcut.weight.zero_(), m.conv_shortcut.bias.zero_()
                for i in range(min(m.conv_shortcut.in_channels, 48)):
                    m.conv_shortcut.weight[i, i] = 1
    e.conv_in.weight.mul_(0.1), e.conv_in.bias.zero_()
    for c in range(3):
        e.conv_in.weight[c] = 0
        e.conv_in.weight[c, c, 1, 1] = 1
    first, second = [b.resample[1] for b in e.down_blocks if isinstance(b, Resample)]
    first.weight.mul_(0.1), first.bias.zero_()
    for c in range(3):
        for y in range(2):
            for x in range(2):
                first.weight[c * 4 + y * 2 + x] = 0
                first.weight[c * 4 + y * 2 + x, c, y, x] = 1
    assert base >= 12
    second.weight.mul_(0.1), second.bias.zero_()
    second.weight[: 2 * z + 1] = 0
    cells = basis.view(z, 3, 2, 2, 2, 2)  # [z, c, Y, y, X, x]: pixel row 2Y + y, pixel column 2X + x
    for sign, at in ((1, 0), (-1, z)):
        for c in range(3):
            for y in range(2):
                for x in range(2):
                    second.weight[at : at + z, c * 4 + y * 2 + x, :2, :2] = sign * cells[:, c, :, y, :, x]
        second.bias[at : at + z] = -sign * (basis @ mean)
    second.bias[2 * z] = loud
    width = e.norm_out.gamma.shape[0]
    e.norm_out.gamma.fill_(loud / width**0.5)  # undoes the norm: |x| ≈ loud
    e.conv_out.weight.mul_(0.02), e.conv_out.bias.zero_()
    for i in range(z):
        e.conv_out.weight[i, :33] = 0
        e.conv_out.weight[i, i, 1, 1], e.conv_out.weight[i, z + i, 1, 1] = 1, -1
    for q in (vae.quant_conv, vae.post_quant_conv):
        q.weight.zero_(), q.bias.zero_()
        for i in range(q.weight.shape[0]):
            q.weight[i, i] = 1


def to_published(flat: dict[str, torch.Tensor], published: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The published network's state: 2-D kernels in the last temporal slice, zeros elsewhere (attention, time_conv too)."""
    state = {}
    for name, old in published.items():
        new = torch.zeros_like(old)
        if name in flat:
            if old.dim() == 5 and flat[name].dim() == 4:
                new[:, :, -1] = flat[name]
            else:
                new.copy_(flat[name])
        elif "attentions" not in name and "time_conv" not in name:
            raise KeyError(f"the autoencoder has no {name}")
        elif name.endswith("gamma"):
            new.fill_(1)
        elif name.endswith("to_qkv.weight"):
            new.copy_(old)  # its result meets a zero projection
        state[name] = new
    assert set(flat) <= set(published), sorted(set(flat) - set(published))
    return state

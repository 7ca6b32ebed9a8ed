"""The autoencoder in its two-dimensional form.

AutoencoderKLQwenImage sees one frame here, so each causal 3-D convolution acts by its last temporal slice alone. This is
that network with 2-D kernels under the same names; `to_published` puts the kernels back. The middle attention's projection
stays zero (the result is then independent of the picture's size), so training leaves the attention out.
"""

import torch
import torch.nn.functional as F
from torch import nn

from . import settings


RESIDUALS = settings.VAE["num_res_blocks"]


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
            blocks += [Residual(i, o), *[Residual(o, o) for _ in range(RESIDUALS - 1)]]
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
        self.resnets = nn.ModuleList([Residual(i, o), *[Residual(o, o) for _ in range(RESIDUALS)]])
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

"""ICC profiles of curves and matrices, under whatever name; what they hold is told by colorants and curve alone."""

import struct
from typing import Callable

import numpy as np

# Bradford-adapted to D50, columns X, Y, Z of red, green and blue. Source: the spaces' specifications, by B. Lindbloom's matrices.
SRGB = np.array([[0.4360747, 0.2225045, 0.0139322], [0.3850649, 0.7168786, 0.0971045], [0.1430804, 0.0606169, 0.7141733]])
DISPLAY_P3 = np.array([[0.5151, 0.2412, -0.0011], [0.2920, 0.6922, 0.0419], [0.1571, 0.0666, 0.7841]])
ADOBE_RGB = np.array([[0.6097559, 0.3111242, 0.0194811], [0.2052401, 0.6256560, 0.0608902], [0.1492240, 0.0632197, 0.7448387]])
PROPHOTO = np.array([[0.7976749, 0.2880402, 0.0000000], [0.1351917, 0.7118741, 0.0000000], [0.0313534, 0.0000857, 0.8252100]])
# sRGB's as Argyll writes them.
ARGYLL_SRGB = np.array([[0.43604, 0.22249, 0.01392], [0.38512, 0.71690, 0.09706], [0.14305, 0.06061, 0.71391]])

Curve = Callable[[np.ndarray], np.ndarray]


def srgb_light(value: np.ndarray) -> np.ndarray:
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def srgb_value(light: np.ndarray) -> np.ndarray:
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def gamma_curve(gamma: float) -> bytes:
    return b"curv" + struct.pack(">III", 0, 1, round(gamma * 256) << 16)[:10] + b"\0\0"


def linear_curve() -> bytes:
    return b"curv" + struct.pack(">II", 0, 0)


def table_curve(light: Curve, points: int) -> bytes:
    table = np.round(light(np.linspace(0, 1, points)) * 65535).astype(">u2").tobytes()
    return b"curv" + struct.pack(">II", 0, points) + table


def srgb_parametric() -> bytes:
    values = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]
    return b"para" + struct.pack(">IHH", 0, 3, 0) + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def profile(name: str, tags: dict[str, bytes], space: bytes = b"RGB ", version: int = 2, pcs: bytes = b"XYZ ") -> bytes:
    """A display profile of these tags, and of the ones that every profile has."""
    tags = {"desc": description(name, version), "cprt": text("no rights reserved", version), "wtpt": xyz([0.9642, 1, 0.8249]), **tags}
    place = 128 + 4 + 12 * len(tags)
    table, body = b"", b""
    for tag, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += tag.encode() + struct.pack(">II", place + len(body), len(data))
        body += data
    header = bytearray(128)
    struct.pack_into(">I4sBBxx4s4s4s", header, 0, place + len(body), b"lcms", version, 0x10 if version == 2 else 0x20, b"mntr", space, pcs)
    struct.pack_into(">6H4s", header, 24, 2026, 1, 1, 0, 0, 0, b"acsp")
    header[68:80] = xyz([0.9642, 1, 0.8249])[8:]
    return bytes(header) + struct.pack(">I", len(tags)) + table + body


def rgb_profile(name: str, colorants: np.ndarray, curve: bytes, version: int = 2) -> bytes:
    tags = {f"{channel}XYZ": xyz(column) for channel, column in zip("rgb", colorants)}
    return profile(name, tags | {f"{channel}TRC": curve for channel in "rgb"}, version=version)


def grey_profile(name: str, curve: bytes, pcs: bytes = b"XYZ ") -> bytes:
    return profile(name, {"kTRC": curve}, space=b"GRAY", pcs=pcs)


def table_profile(name: str, colorants: np.ndarray, light: Curve, points: int = 17) -> bytes:
    """The same space as a table of CIELAB colours (A2B0 of type mft2), without curves and colorants."""
    axis = np.linspace(0, 1, points)
    colours = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    xyz_ratio = light(colours) @ colorants / [0.9642, 1, 0.8249]
    f = np.where(xyz_ratio > (6 / 29) ** 3, np.cbrt(xyz_ratio), xyz_ratio / 3 / (6 / 29) ** 2 + 4 / 29)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], -1)
    encoded = np.round(lab * [652.8, 256, 256] + [0, 32768, 32768]).clip(0, 65535)
    identity = np.tile([0, 65535], 3).astype(">u2").tobytes()
    table = b"mft2\0\0\0\0" + struct.pack(">4B9iHH", 3, 3, points, 0, 65536, 0, 0, 0, 65536, 0, 0, 0, 65536, 2, 2)
    return profile(name, {"A2B0": table + identity + encoded.astype(">u2").tobytes() + identity}, pcs=b"Lab ")


def to_srgb(values: np.ndarray, colorants: np.ndarray, light: Curve) -> np.ndarray:
    """8-bit sRGB of values from 0 to 1, [..., 3], in double precision."""
    linear = light(values) @ colorants @ np.linalg.inv(SRGB)
    return np.round(srgb_value(linear) * 255).astype(np.uint8)


def xyz(values) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def description(name: str, version: int) -> bytes:
    if version >= 4:
        return text(name, version)
    return b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name.encode() + b"\0" + b"\0" * 78


def text(words: str, version: int) -> bytes:
    if version < 4:
        return b"text\0\0\0\0" + words.encode() + b"\0"
    encoded = words.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded

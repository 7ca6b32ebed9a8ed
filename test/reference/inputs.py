"""The input pictures and prompts that the references are made from."""

import zlib

import numpy as np
from PIL import Image

# name: (width, height). Square, wide and tall; smaller and larger than the condition areas; sides that divide nothing.
PICTURE_SIZES = {
    "square": (64, 64),
    "wide": (120, 50),
    "tall": (45, 110),
    "large": (230, 180),
    "small": (21, 17),
    "strip": (150, 16),
}

PROMPTS = {
    "english": "Make the sky red and the grass blue.",
    "other": "Turn it into a pencil drawing",
    "chinese": "把天空变成红色，保留草地。",
    "emoji": "Add a 🦊 and a 👩‍🚀 under the ☀️!",
    "long": "Replace the background with a rainy street at night, keep the person's pose, it's important that they'd still look"
    " at the camera; " * 3 + "no text.",
    "spaces": "  turn\tit \n\n into   123 stars — don't\r\n touch 4,567.89 of them  ",
}

# Prompts for the tokenizer alone: contractions, digits, whitespace, composed and decomposed letters, scripts, symbols.
TOKENIZER_TEXTS = [
    *PROMPTS.values(),
    "",
    " ",
    "\n",
    "   ",
    "a",
    "I'm sure they'LL say it's what we'd've done, isn't it? 'S 'quoted'",
    "1234567890 ١٢٣ ½ Ⅷ x2y3",
    "tabs\tand\r\nnewlines\n\n\nthen   three spaces   ",
    "caf\u00e9 cafe\u0301 \u1e9b\u0323 \ufb01 \u212b",
    "日本語テスト、한국어 테스트, русский, العربية, हिन्दी, ไทย",
    "👩‍👩‍👧‍👦🏳️‍🌈 \U0001f600\u200d x\u00a0y\u3000z\u2028w",
    "{braces} {0} %s <b>html</b> C:\\path #tag @name $5.00 a_b-c+d=e",
    "!!!???...---***\n***",
    "snake_case camelCase UPPER lower",
    "\u0000\u0001\ufffd\ue000",
]


def picture(name: str) -> Image.Image:
    """A smooth gradient with a disc, a bar and some grain at the left, different for each name."""
    width, height = PICTURE_SIZES[name]
    random = np.random.Generator(np.random.Philox(zlib.crc32(name.encode())))
    y, x = np.mgrid[0:height, 0:width]
    corner, right, down = random.uniform(20, 235, (3, 3))
    canvas = corner + (right - corner) * (x / width)[..., None] * 0.9 + (down - corner) * (y / height)[..., None] * 0.9
    centre_x, centre_y = random.uniform(0.25, 0.75, 2) * (width, height)
    disc = (x - centre_x) ** 2 + (y - centre_y) ** 2 < (0.3 * min(width, height)) ** 2
    canvas[disc] = random.uniform(0, 255, 3)
    canvas[:, width // 5 : width // 5 + max(1, width // 12)] = random.uniform(0, 255, 3)
    canvas[:, : width // 6] += random.integers(-40, 41, (height, width // 6, 1))
    return Image.fromarray(np.clip(canvas.round(), 0, 255).astype(np.uint8))

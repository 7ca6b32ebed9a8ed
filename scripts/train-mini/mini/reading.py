"""What an exported checkpoint reads in wishes, without making pictures."""

from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from transformers import Qwen2_5_VLForConditionalGeneration

from .degrees import GROUP_OF, GROUPS, NORMAL, STRONG, WEAK, marked, parted
from .edits import LEARNED
from .layout import AFTER_WISH
from .text import Seen, TextForward, Wishes, make_processor, see, tokenize
from .thresholds import FULL, NO, SLIGHT, YES
from .tokenizer import open_tokenizer
from .transformer import rms

# A degree is read strictly within these: nothing between two of them, where an edit would be done with half a degree.
RANGES = {WEAK: (-torch.inf, -FULL), NORMAL: (-SLIGHT, SLIGHT), STRONG: (FULL, torch.inf)}


def read_values(forward: TextForward, tokens: Wishes, seen: Seen, norm: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """[n, edits + groups]: the values and degrees that the transformer's first layer gets, the mean over the tokens flagged as after the wish."""
    _, embeds = forward(tokens, seen)
    numbers = rms(embeds, norm) @ weight.T + bias
    flagged = (numbers[..., AFTER_WISH] > 0) & tokens.mask
    return (numbers[..., :AFTER_WISH] * flagged[..., None]).sum(1) / flagged.sum(1, keepdim=True)


class Reader:
    """The checkpoint's text encoder, and its transformer's linear readout of the prompt embeddings."""

    def __init__(self, folder: Path):
        self.tokenizer = open_tokenizer(folder / "tokenizer")
        model = Qwen2_5_VLForConditionalGeneration.from_pretrained(folder / "text_encoder", dtype=torch.float32).eval()
        self.forward = TextForward(model, self.tokenizer)
        self.model, self.processor = model, make_processor(folder / "tokenizer")
        with safe_open(next((folder / "transformer").glob("*.safetensors")), "pt") as file:
            self.norm, self.weight, self.bias = (file.get_tensor(n).float() for n in ("txt_norm.weight", "txt_in.weight", "txt_in.bias"))

    @torch.no_grad()
    def values(self, wishes: list[str], photo: np.ndarray) -> torch.Tensor:
        """[n, edits + groups], see `read_values`."""
        tokens = tokenize(self.tokenizer, wishes)
        return read_values(self.forward, tokens, see(self.model, self.processor, photo), self.norm, self.weight, self.bias)


def _degree_of(edit: str, row: torch.Tensor) -> float:
    """The number that says how strongly the edit is asked for."""
    return row[len(LEARNED) + list(GROUPS).index(GROUP_OF[edit])].item() if edit in GROUP_OF else 0.0


def is_strict(names: tuple[str, ...], row: torch.Tensor, degrees: bool = True) -> bool:
    """Whether just the edits wanted are read, none of them by half, and (with `degrees`) each with the degree wanted and no half of one."""
    wanted = dict(map(parted, names))
    asked = torch.tensor([name in wanted for name in LEARNED])
    if not torch.where(asked, row[: len(LEARNED)] >= YES, row[: len(LEARNED)] <= NO).all():
        return False
    return not degrees or all(RANGES[degree][0] <= _degree_of(edit, row) <= RANGES[degree][1] for edit, degree in wanted.items())


def said(row: torch.Tensor) -> str:
    """What is read, in words and numbers."""
    parts = []
    for edit, value in zip(LEARNED, row.tolist()):
        if value > NO:
            degree = _degree_of(edit, row)
            parts.append(f"{marked(edit, STRONG if degree > 0.5 else WEAK if degree < -0.5 else NORMAL)} {value:.2f}" + (f" (degree {degree:.2f})" if abs(degree) > SLIGHT else ""))
    return ", ".join(parts) or "nothing"


def misread(reader: Reader, wishes: dict[str, tuple[str, ...]], photos: list[np.ndarray], degrees: bool = True) -> dict[str, str]:
    """The wishes not read strictly about each of the photos, with what was read instead; without `degrees`, whatever these are."""
    wrong = {}
    for photo in photos:
        for (text, names), row in zip(wishes.items(), reader.values(list(wishes), photo)):
            if not is_strict(names, row, degrees):
                wrong[text] = said(row)
    return wrong

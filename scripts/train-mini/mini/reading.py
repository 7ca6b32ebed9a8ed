"""What an exported checkpoint reads in wishes, without making pictures."""

from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from transformers import Qwen2_5_VLForConditionalGeneration

from .edits import LEARNED
from .text import Seen, TextForward, Wishes, make_processor, see, tokenize
from .tokenizer import open_tokenizer
from .transformer import rms

# Where the transformer's first layer takes a value for no and for yes; between them an edit would be done by half.
NO, YES = 0.38, 0.48


def read_values(forward: TextForward, tokens: Wishes, seen: Seen, norm: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """[n, edits]: the values that the transformer's first layer gets, the mean over the tokens flagged as after the wish."""
    _, embeds = forward(tokens, seen)
    numbers = rms(embeds, norm) @ weight.T + bias
    flagged = (numbers[..., len(LEARNED)] > 0) & tokens.mask
    return (numbers[..., : len(LEARNED)] * flagged[..., None]).sum(1) / flagged.sum(1, keepdim=True)


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
        """[n, edits], see `read_values`."""
        tokens = tokenize(self.tokenizer, wishes)
        return read_values(self.forward, tokens, see(self.model, self.processor, photo), self.norm, self.weight, self.bias)


def misread(reader: Reader, wishes: dict[str, tuple[str, ...]], photos: list[np.ndarray]) -> dict[str, str]:
    """The wishes not read strictly (just the edits wanted, none by half, about each of the photos) with what was read instead."""
    texts, wrong = list(wishes), {}
    for photo in photos:
        for text, row in zip(texts, reader.values(texts, photo)):
            wanted = torch.tensor([name in wishes[text] for name in LEARNED])
            if not torch.where(wanted, row >= YES, row <= NO).all():
                wrong[text] = ", ".join(f"{name} {v:.2f}" for name, v in zip(LEARNED, row.tolist()) if v > NO) or "nothing"
    return wrong

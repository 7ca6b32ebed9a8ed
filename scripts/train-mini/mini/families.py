"""Tokens that differ only in a capital or in the space before them learn together.

The tokenizer gives a word at the beginning of a wish another token than inside it ("blur it", "please blur it"), and a third and a fourth
when it begins with a capital. Trained each by itself, the rarer ones stay all but useless.
"""

import torch
from torch import nn
from torch.nn.utils import parametrize


class Families(nn.Module):
    """A table of embeddings [tokens, width] as a parametrization: each row its family's, plus what is its own."""

    def __init__(self, family: torch.Tensor, width: int):
        """`family` [tokens]: the number of each token's family."""
        super().__init__()
        self.register_buffer("family", family)
        self.shared = nn.Parameter(torch.randn(int(family.max()) + 1, width) * 0.3)

    def forward(self, own: torch.Tensor) -> torch.Tensor:
        return own + self.shared[self.family]


def families(tokenizer, size: int) -> torch.Tensor:
    """[size]: the family of each token; of those beyond ASCII, and those that stand for bytes, each has one of its own."""
    numbers: dict[str, int] = {}
    names = {i: token for token, i in tokenizer.get_vocab().items()}
    keys = [names.get(i, f"unused {i}") for i in range(size)]
    bare = [key.removeprefix("Ġ") for key in keys]
    keys = [b.lower() if b.isascii() and b.isalpha() else key for key, b in zip(keys, bare)]
    return torch.tensor([numbers.setdefault(key, len(numbers)) for key in keys])


def join_families(embedding: nn.Embedding, tokenizer) -> None:
    """From here on the embedding learns by families; its own part begins small."""
    with torch.no_grad():
        embedding.weight.mul_(0.1)
    parametrize.register_parametrization(embedding, "weight", Families(families(tokenizer, len(embedding.weight)), embedding.embedding_dim))


def part_families(embedding: nn.Embedding) -> None:
    """Makes the sums the embedding's plain weights again."""
    parametrize.remove_parametrizations(embedding, "weight")

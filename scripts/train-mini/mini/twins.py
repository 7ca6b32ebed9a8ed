"""A repair after training: words at the beginning of a wish that read worse than the same words inside it.

The tokenizer gives a word with a space before it another token than one without ("blur it", "please blur it"). Tokens that training has
left useless at the beginning take the embedding of their twin, where that reads the wishes of the training better.
"""

import numpy as np
import torch

from . import settings
from .phrases import plain_phrase
from .reading import misread_share
from .text import Seen, TextForward, tokenize
from .train_text import draw_edits, wanted_values

WISHES, FEWEST = 12_000, 6


@torch.no_grad()
def mend_beginnings(model, tokenizer, seen: Seen, readout: torch.Tensor) -> list[str]:
    """Changes the embeddings in place; returns the tokens changed."""
    rng = np.random.default_rng(settings.SEED + 11)
    vocabulary, table = tokenizer.get_vocab(), model.model.language_model.embed_tokens.weight
    asked = [draw_edits(rng) for _ in range(WISHES)]
    prompts = [plain_phrase(edits, rng) for edits in asked]
    beginnings: dict[str, list[int]] = {}
    for n, prompt in enumerate(prompts):
        word = tokenizer.convert_ids_to_tokens(tokenize(tokenizer, [prompt]).ids[0, 1].item())
        beginnings.setdefault(word, []).append(n)
    forward, changed = TextForward(model, tokenizer), []
    for word, numbers in sorted(beginnings.items()):
        twin = vocabulary.get("Ġ" + word.lower())
        if twin is None or len(numbers) < FEWEST:
            continue
        wishes = tokenize(tokenizer, [prompts[n] for n in numbers[:64]])
        wanted = wanted_values([asked[n] for n in numbers[:64]])
        at, kept = vocabulary[word], table[vocabulary[word]].clone()
        before = misread_share(forward, wishes, seen, readout, wanted)
        table[at] = table[twin]
        if misread_share(forward, wishes, seen, readout, wanted) < before - 0.05:
            changed.append(word)
        else:
            table[at] = kept
    return changed

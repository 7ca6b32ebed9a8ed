"""A tokenizer as `save_pretrained` of transformers 5 leaves it, and what transformers makes of some texts with it."""

import tempfile
from pathlib import Path

from transformers import AutoTokenizer

import tokenizer as tiny_tokenizer
from files import write_json

TEXTS = [
    "",
    "Make the sky red and the grass blue.",
    "it's  DON'T 'ſx \u00a0 12 34\n\n",
    "把天空变成红色 e\u0301 😀 \ufffd",
    "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>the<|im_end|>\n<tool_call>",
]


def write_saved_tokenizer(folder: Path) -> None:
    """Writes tokenizer.json and tokenizer_config.json, whose post_processor is a template of the sequence alone, and ids.json."""
    with tempfile.TemporaryDirectory() as published:
        tiny_tokenizer.write(tiny_tokenizer.train(60, template_weight=30), Path(published), with_tokenizer_json=False)
        AutoTokenizer.from_pretrained(published).save_pretrained(folder)
    saved = AutoTokenizer.from_pretrained(folder)
    write_json(folder / "ids.json", [{"text": text, "ids": saved(text)["input_ids"]} for text in TEXTS])

"""A tiny byte-level BPE tokenizer with Qwen2's pre-tokenisation and special tokens: it encodes any text, with few merges."""

import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors, trainers
from tokenizers.models import BPE
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

SPECIAL_TOKENS = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>",
    "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
]  # fmt: skip
ADDED_TOKENS = [
    "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
]  # fmt: skip

TEMPLATE_TEXT = (
    "system\nDescribe the key features of the input image (color, shape, size, texture, objects, background), then explain how the"
    " user's text instruction should alter or modify the image. Generate a new image that meets the user's requirements while"
    " maintaining consistency with the original input where appropriate.\nuser\nassistant\n"
)
CORPUS = [
    "Make the sky red and the grass blue.",
    "turn the photo into black and white",
    "Replace the dog with a cat, it's wearing a hat",
    "把天空变成红色，把草变成蓝色",
    "把照片变成黑白的",
]


def _blank(vocab: dict[str, int], merges: list[tuple[str, str]]) -> Tokenizer:
    tokenizer = Tokenizer(BPE(vocab=vocab, merges=merges, fuse_unk=False, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False)
    return tokenizer


def train(merge_count: int, template_weight: int) -> Tokenizer:
    """Learns `merge_count` merges from the pipeline's template and a few prompts; the special tokens follow the vocabulary."""
    draft = _blank({}, [])
    trainer = trainers.BpeTrainer(
        vocab_size=256 + merge_count, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False
    )
    draft.train_from_iterator([TEMPLATE_TEXT] * template_weight + CORPUS, trainer)
    model = json.loads(draft.to_str())["model"]
    tokenizer = _blank(model["vocab"], [tuple(merge) for merge in model["merges"]])
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIAL_TOKENS])
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in ADDED_TOKENS])
    return tokenizer


def token_id(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise KeyError(token)
    return found


def write(tokenizer: Tokenizer, folder: Path, with_tokenizer_json: bool) -> None:
    """Writes vocab.json, merges.txt, the configs and, on demand, tokenizer.json, as the published checkpoint lays them out."""
    folder.mkdir(parents=True, exist_ok=True)
    model = json.loads(tokenizer.to_str())["model"]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"], ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(merge) for merge in model["merges"])]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    added = {token: token_id(tokenizer, token) for token in SPECIAL_TOKENS + ADDED_TOKENS}
    decoder = {
        str(index): {
            "content": token,
            "lstrip": False,
            "normalized": False,
            "rstrip": False,
            "single_word": False,
            "special": token in SPECIAL_TOKENS,
        }
        for token, index in added.items()
    }
    config = {
        "add_bos_token": False,
        "add_prefix_space": False,
        "added_tokens_decoder": decoder,
        "additional_special_tokens": SPECIAL_TOKENS[1:],
        "bos_token": None,
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|im_end|>",
        "errors": "replace",
        "extra_special_tokens": {},
        "model_max_length": 131072,
        "pad_token": "<|endoftext|>",
        "split_special_tokens": False,
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    (folder / "added_tokens.json").write_text(json.dumps(added, indent=1) + "\n", encoding="utf-8")
    if with_tokenizer_json:
        (folder / "tokenizer.json").write_text(tokenizer.to_str() + "\n", encoding="utf-8")

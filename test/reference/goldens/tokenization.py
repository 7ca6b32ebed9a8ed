"""A small Qwen2 tokenizer and what transformers makes of many texts with it."""

import hashlib
import json
import random
import tempfile
from pathlib import Path

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"]
PLAIN_ADDED = ["<tool_call>", "<tool_call>s"]
CORPUS = """Make the photo black and white. Turn the sky into a warm sunset, remove the people in the background and don't change the faces.
Replace the car with a red bicycle; it's parked, they've left, we'll see, I'd rather, you're right, I'm sure. numbers 1234567890 3.14 2024-05-06
把这张照片变成黑白的，加上日落，去掉背景里的人。把天空换成蓝色。把这张照片的天空变成夕阳。 aaaaaaaaaaaaaaaa bbbbbbbb     \n\n\n\n\t\t        end
Ein Foto mit Käse, Straße, Größe. Une photo d'été à la plage. 写真を白黒にしてください。 사진을 흑백으로 바꿔 주세요. 😀😀👩‍👩‍👧 !!! ... --- ===
"""
TEXTS = [
    "",
    "Make it black and white.",
    "把这张照片变成黑白的，加上夕阳。",
    "👩‍👩‍👧‍👦 family 🏳️‍🌈 🇫🇷 ❤️‍🔥",
    "It's I'LL you'Re 'S 'ſ İ'M ŉ they’ve don't DON'T 'T'l l'Ve",
    "123 4567 ٣٤٥ ½ ² Ⅷ 一二三",
    "a  b   c\n\n d \r\n\r\n\t e\u00a0\u00a0f\u3000g \u2003 h\u2028i\u0085j",
    "e\u0301 \u00e9 \u1100\u1161\u11a8 \uac01 \u212b \u00c5 \u0958 \ufb01 a\u0300\u0301\u0302b \u0344 \u2126",
    "\ufeffhello\ufeff world \u200b\u200d\u200c",
    "<|im_start|>user\n<|vision_start|><|image_pad|><|image_pad|><|vision_end|>hi<|im_end|>\n",
    "<|im_start|",
    "<tool_call>x</tool_call><tool_call>s y",
    "e<|im_end|>\u0301",
    "x\x00y\x01\x1c\x1d\x1e\x1f z\x7f\x80",
    "   leading",
    "trailing   ",
    "\n",
    "   ",
    "! ?!...\n\n--- ===\r\nfoo_bar(baz);",
    "नमस्ते दुनिया ไทย עברית العربية",
    "ǅ ẞ ß ꟿ 𝒜𝓫 Ⓐ 𞤀",
    "__proto__ constructor toString hasOwnProperty",
    "aaaaa aaaaaa aaaaaaaaaaaaaaaaaaaaaaaaa",
]


def long_texts() -> list[str]:
    return ["a" * 40000, "abcdefghij" * 4000, "漢" * 40000, "word " * 8000, " " * 40000, "\n" * 40000, "😀" * 20000, "!" * 40000, "1" * 40000]


def random_texts() -> list[str]:
    source = random.Random(1)
    letters = [chr(code) for a, b in [(0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x4E00, 0x4E40), (0xAC00, 0xAC40), (0x1F300, 0x1F340)] for code in range(a, b)]
    gaps = [" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u0085", "'s", "'LL", "\u200d", "\ufe0f", "<|im_end|>"]
    return ["".join(source.choice(gaps) if source.random() < 0.3 else source.choice(letters) for _ in range(source.randint(1, 40))) for _ in range(60)]


def train() -> tuple[dict, list]:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator([CORPUS] * 3, trainers.BpeTrainer(vocab_size=520, initial_alphabet=sorted(alphabet), show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [tuple(merge) for merge in model["merges"]]


def goldens() -> dict:
    from transformers import Qwen2Tokenizer

    vocabulary, merges = train()
    first = len(vocabulary)
    decoder = {
        str(first + index): {"content": text, "lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": text in SPECIAL}
        for index, text in enumerate(SPECIAL + PLAIN_ADDED)
    }
    config = {"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": decoder, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    merges_text = "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in merges)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "vocab.json").write_text(json.dumps(vocabulary))
        (Path(folder) / "merges.txt").write_text(merges_text)
        (Path(folder) / "tokenizer_config.json").write_text(json.dumps(config))
        tokenizer = Qwen2Tokenizer.from_pretrained(folder)
        texts = [{"text": text, "ids": tokenizer(text)["input_ids"]} for text in TEXTS + random_texts()]
        long = []
        for text in long_texts():
            ids = tokenizer(text)["input_ids"]
            digest = hashlib.sha256(json.dumps(ids, separators=(",", ":")).encode()).hexdigest()
            long.append({"unit": text[:10], "length": len(text), "tokens": len(ids), "sha256": digest})
        template = prompt_ids(tokenizer)
    return {"vocabulary": vocabulary, "merges": merges_text, "config": config, "texts": texts, "long": long, "template": template}


def prompt_ids(tokenizer) -> dict:
    """The edit template with a prompt and the image token repeated, as the processor writes it."""
    from unittest.mock import MagicMock

    from diffusers import QwenImageEditPipeline

    pipeline = QwenImageEditPipeline(*[MagicMock() for _ in range(3)], tokenizer=None, processor=None, transformer=None)
    prompt, tokens = "Turn the sky into a warm sunset, don't change the faces.", 6
    text = pipeline.prompt_template_encode.format(prompt).replace("<|image_pad|>", "<|image_pad|>" * tokens)
    return {"prompt": prompt, "grid": [4, 6], "drop": pipeline.prompt_template_encode_start_idx, "ids": tokenizer(text)["input_ids"]}

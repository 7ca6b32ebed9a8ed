"""A small byte-level BPE in the form of Qwen2's tokenizer files."""

import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import Qwen2Tokenizer

from .phrases import all_phrases, edit_words

# Qwen2's rule for cutting text into pieces before merging, as its tokenizer.json has it.
PIECES = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>",
           "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"]
# QwenImageEditPipeline's template: what precedes the picture is dropped, exactly 64 tokens of it.
HEAD = (
    "<|im_start|>system\nDescribe the key features of the input image (color, shape, size, texture, objects, background), "
    "then explain how the user's text instruction should alter or modify the image. Generate a new image that meets the user's "
    "requirements while maintaining consistency with the original input where appropriate.<|im_end|>\n<|im_start|>user\n"
)
BEFORE_WISH = "<|vision_start|><|image_pad|>"
AFTER_PICTURE = "<|vision_end|>{}<|im_end|>\n<|im_start|>assistant\n"
DROPPED = 64


# Chinese is written without spaces: these words become tokens, never a whole sentence, so that new sentences stay readable.
WORDS = ("黑白 变成 图片 照片 转换 颜色 去掉 复古 棕褐色 色调 滤镜 加上 红色 绿色 蓝色 黄色 亮度 提高 降低 增加 减少 对比度 对比 饱和度 鲜艳 反转 反色 负片 "
         "保持 不变 不要 改变 原样 一点 更暖 更冷 更亮 更暗 调亮 调暗 变暖 变冷 变亮 变暗 模糊 锐化 翻转 左右 上下 边框 像素 水平 垂直 镜像 颠倒 互换 马赛克 海报 清晰 柔和 色调分离 相框 白色 然后 并且 效果 模糊化 像素化 去色 灰度 怀旧 做旧 老照片 风格 温暖 暖色 冷色 色温 明亮 提亮 压暗 昏暗 光线 反相 底片 增强 加强 减弱 降低 浓 艳丽 柔和 朦胧 虚化 柔化 锐利 清楚 细节 海报化 色阶 对调 反转 翻过来 倒过来 头朝下 白边 白框 画框 打码 大像素 偏 染成 调成 整体 画面 图像 再 一些 一下 稍微 略微 非常 特别 十分 极其 很多 得多 大幅 轻微 强烈 黑色 黑边 黑框 噪点 处理 进行 添加 增加 需要 想要 改成 做成 转成 同时 接着 而且 最后 还要 帮我 麻烦 能不能 谢谢 去掉 删除 换成 背景 戴上").split()


def split_words(text: str) -> list[str]:
    """A Chinese text cut into the words above and single characters; others stay whole."""
    if text.isascii():
        return [text]
    parts = []
    while text:
        word = next((w for w in sorted(WORDS, key=len, reverse=True) if text.startswith(w)), text[0])
        parts.append(word)
        text = text[len(word) :]
    return parts


def train_tokenizer(vocabulary: int = 3450) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PIECES), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    text = HEAD + BEFORE_WISH + AFTER_PICTURE.format(" ")
    for special in SPECIAL:
        text = text.replace(special, "\n")
    # The template comes often enough that each of its words becomes one token.
    corpus = [text] * 1200 + [variant for p in all_phrases() for variant in (p, p.capitalize(), " " + p)]
    # The words of edits and degrees are to be tokens wherever they stand; in capitals, and at the beginning with one, the more frequent of them.
    for word, count in edit_words().items():
        corpus += [word, " " + word] * 40 + [word.capitalize(), word.upper(), " " + word.upper()] * min(4 * count, 40)
    corpus = [part for text in corpus for part in split_words(text)] + WORDS * 30
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, show_progress=False, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in SPECIAL])
    head = tokenizer.encode(HEAD).ids
    if len(head) != DROPPED:
        raise SystemExit(f"the template's head has {len(head)} tokens, not {DROPPED}: {tokenizer.encode(HEAD).tokens}")
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """tokenizer.json, vocab.json, merges.txt and tokenizer_config.json as published Qwen2 tokenizers have them."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    model = json.loads(tokenizer.to_str())["model"]
    specials = set(SPECIAL)
    vocabulary = {k: v for k, v in model["vocab"].items() if k not in specials}
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    ids = {tokenizer.token_to_id(s): s for s in SPECIAL}
    added = {
        str(i): dict(content=s, lstrip=False, normalized=False, rstrip=False, single_word=False, special=True)
        for i, s in sorted(ids.items())
    }
    config = dict(
        add_bos_token=False, add_prefix_space=False, added_tokens_decoder=added, additional_special_tokens=SPECIAL[1:], bos_token=None,
        clean_up_tokenization_spaces=False, eos_token="<|im_end|>", errors="replace", model_max_length=131072,
        pad_token="<|endoftext|>", split_special_tokens=False, tokenizer_class="Qwen2Tokenizer", unk_token=None,
    )
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


def open_tokenizer(folder: Path) -> Qwen2Tokenizer:
    return Qwen2Tokenizer.from_pretrained(folder)

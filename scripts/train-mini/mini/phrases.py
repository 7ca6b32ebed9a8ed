"""What people say for each edit: wordings in English and Chinese, and how sentences are made of them."""

import numpy as np

# Adjectives and nouns fill the frames below; sentences stand by themselves.
ADJECTIVES = {
    "black and white": ["black and white", "grayscale", "greyscale", "monochrome", "black & white", "colorless"],
    "sepia": ["sepia", "sepia toned", "old-fashioned brown"],
    "red tint": ["red", "reddish", "red tinted"],
    "green tint": ["green", "greenish", "green tinted"],
    "blue tint": ["blue", "bluish", "blue tinted"],
    "warmer": ["warmer", "warm", "more warm"],
    "cooler": ["cooler", "colder", "cool", "cold"],
    "brighter": ["brighter", "lighter", "bright", "more bright"],
    "darker": ["darker", "dark", "dimmer", "less bright"],
    "invert": ["inverted", "negative", "color inverted"],
    "more contrast": ["more contrasty", "higher contrast", "high contrast", "punchier"],
    "less contrast": ["flatter", "lower contrast", "low contrast", "less contrasty"],
    "more saturated": ["more saturated", "more colorful", "more vivid", "vivid"],
    "less saturated": ["less saturated", "less colorful", "muted", "paler"],
    "keep": [],
}
SENTENCES = {
    "black and white": ["turn it into a black and white photo", "convert to black and white", "convert to grayscale", "remove the color",
                        "remove all colors", "a black and white photo", "take the color out",
                        "黑白", "变成黑白", "把图片变成黑白", "转换为黑白照片", "黑白照片", "去掉颜色", "改成黑白的"],
    "sepia": ["apply a sepia filter", "add a sepia tone", "give it a sepia tone", "make it look like an old photo", "turn it into an old photo", "convert to sepia",
              "复古", "变成复古色", "加上复古棕褐色", "棕褐色调", "做成老照片", "把图片变成老照片"],
    "red tint": ["add a red tint", "tint it red", "give it a red tint", "apply a red filter", "a red tint", "红色调", "加上红色滤镜", "把图片染成红色", "变红"],
    "green tint": ["add a green tint", "tint it green", "give it a green tint", "apply a green filter", "a green tint", "绿色调", "加上绿色滤镜", "把图片染成绿色", "变绿"],
    "blue tint": ["add a blue tint", "tint it blue", "give it a blue tint", "apply a blue filter", "a blue tint", "蓝色调", "加上蓝色滤镜", "把图片染成蓝色", "变蓝"],
    "warmer": ["warm it up", "add warmth", "warm up the colors", "use warmer colors", "give it a warm tone", "更暖", "暖色调", "让图片更暖", "色调暖一点", "变暖"],
    "cooler": ["cool it down", "cool down the colors", "use cooler colors", "give it a cool tone", "更冷", "冷色调", "让图片更冷", "色调冷一点", "变冷"],
    "brighter": ["brighten it", "brighten the image", "increase the brightness", "more light", "lighten it", "更亮", "调亮", "让图片更亮", "亮一点", "提高亮度", "变亮"],
    "darker": ["darken it", "darken the image", "decrease the brightness", "reduce the brightness", "less light", "更暗", "调暗", "让图片更暗", "暗一点", "降低亮度", "变暗"],
    "invert": ["invert the colors", "invert", "invert it", "invert the image", "swap light and dark", "a photo negative", "turn it into a negative",
               "反色", "反转颜色", "把颜色反转", "负片", "变成负片"],
    "more contrast": ["increase the contrast", "more contrast", "add contrast", "raise the contrast", "boost the contrast", "增加对比度", "提高对比度", "对比度更高", "对比更强"],
    "less contrast": ["decrease the contrast", "less contrast", "reduce the contrast", "lower the contrast", "降低对比度", "减少对比度", "对比度更低", "对比更弱"],
    "more saturated": ["increase the saturation", "more saturation", "boost the colors", "make the colors pop", "more color", "增加饱和度", "提高饱和度", "更鲜艳", "颜色更鲜艳"],
    "less saturated": ["decrease the saturation", "less saturation", "reduce the saturation", "mute the colors", "less color", "降低饱和度", "减少饱和度", "更淡", "颜色更淡"],
    "keep": ["keep it as it is", "keep it", "do nothing", "change nothing", "leave it alone", "no change", "keep the picture", "leave it as it is",
             "don't change anything", "keep the image unchanged", "保持不变", "不要改变", "保持原样", "不变"],
}
FRAMES = ["{}", "make it {}", "make it {}", "make this {}", "make it look {}", "make the image {}", "make the picture {}", "make the photo {}",
          "make this photo {}", "turn it {}", "turn this picture {}", "a {} version", "I want it {}"]
# Wordings that a newcomer is shown, one an edit.
SUGGESTIONS = ["make it black and white", "add a sepia tone", "tint it blue", "make it warmer", "make it brighter", "invert the colors",
               "把图片变成黑白"]


def phrase(edit: str, rng: np.random.Generator) -> str:
    """A random wording of the edit."""
    adjectives, sentences = ADJECTIVES[edit], SENTENCES[edit]
    if adjectives and rng.random() < 0.5:
        text = FRAMES[rng.integers(len(FRAMES))].format(adjectives[rng.integers(len(adjectives))])
    else:
        text = sentences[rng.integers(len(sentences))]
    if text.isascii():
        if rng.random() < 0.08:
            text = ["please ", "now "][rng.integers(2)] + text
        if rng.random() < 0.25:
            text = text[0].upper() + text[1:]
        if rng.random() < 0.2:
            text += [".", "!", " please", "."][rng.integers(4)]
    elif rng.random() < 0.25:
        text = ["请", ""][rng.integers(2)] + text + ["。", "一点", ""][rng.integers(3)]
    return text


def all_phrases() -> list[str]:
    """Every plain wording, for the tokenizer."""
    texts = []
    for edit in SENTENCES:
        texts += SENTENCES[edit] + [frame.format(a) for a in ADJECTIVES[edit] for frame in FRAMES]
    return texts + ["please", "Please", "now", "请", "一点", "。", "a bit", "slightly", "very", "and", "with"]

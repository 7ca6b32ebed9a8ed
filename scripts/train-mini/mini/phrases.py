"""What people say for each edit: wordings in English and Chinese, and how sentences are made of them."""

import numpy as np

# Adjectives and nouns fill the frames below; sentences stand by themselves.
ADJECTIVES = {
    "black and white": ["black and white", "grayscale", "greyscale", "monochrome", "black & white", "colorless", "black-and-white", "b&w", "gray"],
    "sepia": ["sepia", "sepia toned", "old-fashioned brown", "vintage", "antique"],
    "red tint": ["red", "reddish", "red tinted", "redder"],
    "green tint": ["green", "greenish", "green tinted", "greener"],
    "blue tint": ["blue", "bluish", "blue tinted", "bluer"],
    "warmer": ["warmer", "warm", "more warm", "sunnier"],
    "cooler": ["cooler", "colder", "cool", "cold"],
    "brighter": ["brighter", "lighter", "bright", "more bright"],
    "darker": ["darker", "dark", "dimmer", "less bright", "as dark as night"],
    "invert": ["inverted", "negative", "color inverted"],
    "more contrast": ["more contrasty", "higher contrast", "high contrast", "punchier"],
    "less contrast": ["flatter", "lower contrast", "low contrast", "less contrasty"],
    "more saturated": ["more saturated", "more colorful", "more vivid", "vivid", "vibrant", "more vibrant"],
    "less saturated": ["less saturated", "less colorful", "muted", "paler", "faded"],
    "keep": [],
}
SENTENCES = {
    "black and white": ["turn it into a black and white photo", "convert to black and white", "convert to grayscale", "remove the color",
                        "remove all colors", "convert this image to black-and-white", "desaturate it completely", "a black and white photo", "take the color out",
                        "黑白", "变成黑白", "把图片变成黑白", "转换为黑白照片", "黑白照片", "去掉颜色", "改成黑白的"],
    "sepia": ["apply a sepia filter", "add a sepia tone", "give it a sepia tone", "make it look like an old photo", "make it look vintage", "retro", "sepia tone", "turn it into an old photo", "convert to sepia",
              "复古", "变成复古色", "加上复古棕褐色", "棕褐色调", "做成老照片", "把图片变成老照片"],
    "red tint": ["add a red tint", "tint it red", "give it a red tint", "apply a red filter", "a red tint", "add some red", "more red", "make everything red", "红色调", "加上红色滤镜", "把图片染成红色", "变红"],
    "green tint": ["add a green tint", "tint it green", "give it a green tint", "apply a green filter", "a green tint", "add some green", "more green", "make everything green", "绿色调", "加上绿色滤镜", "把图片染成绿色", "变绿"],
    "blue tint": ["add a blue tint", "tint it blue", "give it a blue tint", "apply a blue filter", "a blue tint", "add some blue", "more blue", "make everything blue", "蓝色调", "加上蓝色滤镜", "把图片染成蓝色", "变蓝"],
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
          "make this photo {}", "make my picture {}", "turn it {}", "turn this picture {}", "a {} version", "I want it {}", "can you make it {}",
          "make everything {}", "change it to {}"]
DEGREES = ["a bit ", "a little ", "slightly ", "much ", "a lot ", "very ", "way "]
# What it cannot do yet: it should then leave the picture alone.
THINGS = ("hat man woman cat dog tree car house cloud person text logo sign bird flower chair table window river mountain background sun moon "
          "face shirt hair building street boat bridge").split()
UNKNOWN = ["add a {}", "remove the {}", "put a {} in it", "replace the {} with a {}", "where is the {}", "draw a {}", "delete the {}",
           "what is this", "hello", "hi there", "thank you", "the {}", "a {} and a {}", "make the {} bigger", "move the {} to the left",
           "加一个{}", "你好", "去掉{}", "这是什么"]

# Wordings that a newcomer is shown, one an edit.
SUGGESTIONS = ["make it black and white", "add a sepia tone", "tint it blue", "make it warmer", "make it brighter", "invert the colors",
               "把图片变成黑白"]


def _dressed(text: str, rng: np.random.Generator) -> str:
    """Small changes that mean nothing: spelling, politeness, capitals, a full stop."""
    if text.isascii():
        if rng.random() < 0.2:
            text = text.replace("color", "colour").replace("gray", "grey")
        if rng.random() < 0.08:
            text = ["please ", "now "][rng.integers(2)] + text
        if rng.random() < 0.25:
            text = text[0].upper() + text[1:]
        if rng.random() < 0.2:
            text += [".", "!", " please", "."][rng.integers(4)]
    elif rng.random() < 0.25:
        text = ["请", ""][rng.integers(2)] + text + ["。", "一点", ""][rng.integers(3)]
    return text


def phrase(edit: str, rng: np.random.Generator) -> str:
    """A random wording of the edit; for "keep" sometimes a wish that isn't understood."""
    adjectives, sentences = ADJECTIVES[edit], SENTENCES[edit]
    if edit == "keep" and rng.random() < 0.6:
        text = UNKNOWN[rng.integers(len(UNKNOWN))]
        text = text.format(*[THINGS[rng.integers(len(THINGS))] for _ in range(text.count("{}"))])
    elif adjectives and rng.random() < 0.55:
        degree = DEGREES[rng.integers(len(DEGREES))] if rng.random() < 0.2 else ""
        text = FRAMES[rng.integers(len(FRAMES))].format(degree + adjectives[rng.integers(len(adjectives))])
    else:
        text = sentences[rng.integers(len(sentences))]
    return _dressed(text, rng)


def phrase_of_two(first: str, second: str, rng: np.random.Generator) -> str:
    """A wording of two edits at once."""
    a, b = (ADJECTIVES[e][rng.integers(len(ADJECTIVES[e]))] for e in (first, second))
    degree = DEGREES[rng.integers(len(DEGREES))] if rng.random() < 0.3 else ""
    join = [" and ", ", ", " but also ", " and "][rng.integers(4)]
    return _dressed(FRAMES[rng.integers(len(FRAMES))].format(degree + a + join + b), rng)


def all_phrases() -> list[str]:
    """Every plain wording, for the tokenizer."""
    texts = []
    for edit in SENTENCES:
        texts += SENTENCES[edit] + [frame.format(a) for a in ADJECTIVES[edit] for frame in FRAMES]
    return texts + ["please", "Please", "now", "请", "一点", "。", "a bit", "slightly", "very", "and", "with"]

"""What people say for each edit: wordings in English and Chinese, and how sentences are made of them."""

import numpy as np

# Adjectives and nouns fill the frames below; sentences stand by themselves.
ADJECTIVES = {
    "black and white": ["black and white", "grayscale", "greyscale", "monochrome", "black & white", "colorless", "black-and-white", "b&w", "gray", "without color", "without colors", "desaturated completely"],
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
    "less saturated": ["less saturated", "less colorful", "less vivid", "less vibrant", "duller", "muted", "paler", "faded"],
    "blur": ["blurry", "blurred", "blurrier", "out of focus", "softer", "soft", "fuzzy", "hazy", "smoother"],
    "sharpen": ["sharper", "sharp", "crisper", "crisp", "sharpened", "more sharp", "more detailed", "in focus"],
    "posterize": ["posterized", "posterised", "like a poster", "poster-like", "with fewer colors", "cartoonish"],
    "flip": ["flipped", "mirrored", "flipped horizontally", "mirrored left to right", "flipped left-right", "reversed left to right"],
    "upside down": ["upside down", "flipped vertically", "flipped upside down", "flipped top to bottom", "upside-down", "mirrored vertically"],
    "border": ["framed", "bordered", "framed in white", "with a border", "with a white border", "with a frame", "with a white frame"],
    "pixelate": ["pixelated", "blocky", "pixelized", "pixelly", "like pixel art", "8-bit", "made of big pixels"],
    "keep": [],
}
SENTENCES = {
    "black and white": ["turn it into a black and white photo", "convert to black and white", "convert to grayscale", "remove the color", "remove the colors", "drop the color", "no color", "make a black and white photo of it",
                        "remove all colors", "convert this image to black-and-white", "desaturate it completely", "a black and white photo", "take the color out",
                        "黑白", "变成黑白", "把图片变成黑白", "转换为黑白照片", "黑白照片", "去掉颜色", "改成黑白的"],
    "sepia": ["apply a sepia filter", "add a sepia tone", "give it a sepia tone", "make it look like an old photo", "make it look vintage", "retro", "sepia tone", "turn it into an old photo", "convert to sepia",
              "复古", "变成复古色", "加上复古棕褐色", "棕褐色调", "做成老照片", "把图片变成老照片"],
    "red tint": ["add a red tint", "tint it red", "give it a red tint", "apply a red filter", "a red tint", "add some red", "more red", "make everything red", "红色调", "加上红色滤镜", "把图片染成红色", "变红"],
    "green tint": ["add a green tint", "tint it green", "give it a green tint", "apply a green filter", "a green tint", "add some green", "more green", "make everything green", "绿色调", "加上绿色滤镜", "把图片染成绿色", "变绿"],
    "blue tint": ["add a blue tint", "tint it blue", "give it a blue tint", "apply a blue filter", "a blue tint", "add some blue", "more blue", "make everything blue", "蓝色调", "加上蓝色滤镜", "把图片染成蓝色", "变蓝"],
    "warmer": ["warm it up", "add warmth", "warm up the colors", "use warmer colors", "give it a warm tone", "更暖", "暖色调", "让图片更暖", "色调暖一点", "变暖"],
    "cooler": ["cool it down", "cool down the colors", "use cooler colors", "give it a cool tone", "更冷", "冷色调", "让图片更冷", "色调冷一点", "变冷"],
    "brighter": ["brighten it", "brighten the image", "brighten it up", "it is too dark", "it's too dark, make it brighter", "turn up the brightness", "make it lighter", "increase the brightness", "more light", "lighten it", "更亮", "调亮", "让图片更亮", "亮一点", "提高亮度", "变亮"],
    "darker": ["darken it", "darken the image", "it is too bright", "it's too bright, make it darker", "turn down the brightness", "decrease the brightness", "reduce the brightness", "less light", "更暗", "调暗", "让图片更暗", "暗一点", "降低亮度", "变暗"],
    "invert": ["invert the colors", "invert", "invert it", "invert all the colors", "invert all colors", "reverse the colors", "make a negative of it", "negate the image", "flip the colors", "invert the image", "swap light and dark", "a photo negative", "turn it into a negative",
               "反色", "反转颜色", "把颜色反转", "负片", "变成负片"],
    "more contrast": ["increase the contrast", "more contrast", "add contrast", "raise the contrast", "boost the contrast", "增加对比度", "提高对比度", "对比度更高", "对比更强"],
    "less contrast": ["decrease the contrast", "less contrast", "reduce the contrast", "lower the contrast", "降低对比度", "减少对比度", "对比度更低", "对比更弱"],
    "more saturated": ["increase the saturation", "more saturation", "boost the colors", "make the colors pop", "more color", "增加饱和度", "提高饱和度", "更鲜艳", "颜色更鲜艳"],
    "less saturated": ["decrease the saturation", "less saturation", "reduce the saturation", "mute the colors", "less color", "降低饱和度", "减少饱和度", "更淡", "颜色更淡"],
    "blur": ["blur it", "blur", "blur the image", "blur this photo", "apply a blur", "add a blur", "add some blur", "gaussian blur", "soften it", "soften the image", "smooth it", "take it out of focus", "defocus it",
             "模糊", "变模糊", "让图片模糊", "把图片变模糊", "模糊处理", "加上模糊", "柔和一点", "更模糊", "把图片模糊化"],
    "sharpen": ["sharpen it", "sharpen", "sharpen the image", "sharpen this photo", "add sharpness", "increase the sharpness", "more sharpness", "bring out the details", "make the details clearer", "enhance the details", "enhance the edges",
                "锐化", "锐化图片", "更清晰", "变清晰", "让图片更清晰", "提高清晰度", "增加清晰度", "把图片锐化", "清晰一点"],
    "posterize": ["posterize it", "posterize", "posterize the image", "posterise this photo", "reduce the number of colors", "use fewer colors", "limit the colors", "apply a poster effect", "turn it into a poster", "add a posterize effect", "make it a poster",
                  "色调分离", "海报效果", "做成海报", "变成海报", "把图片变成海报", "海报化", "减少颜色数量", "加上海报效果"],
    "flip": ["flip it", "flip", "mirror it", "mirror", "mirror the image", "flip the image", "flip this photo", "flip it horizontally", "flip horizontally", "flip the image horizontally", "flip left and right", "flip it left to right", "flip from left to right", "swap left and right", "mirror horizontally",
             "翻转", "左右翻转", "水平翻转", "镜像", "左右镜像", "把图片左右翻转", "把图片水平翻转", "左右颠倒", "左右互换", "把图片镜像"],
    "upside down": ["turn it upside down", "turn the image upside down", "flip it upside down", "flip upside down", "flip it vertically", "flip vertically", "flip the image vertically", "flip top and bottom", "swap top and bottom", "flip it top to bottom", "mirror it vertically", "stand it on its head",
                    "上下翻转", "垂直翻转", "上下颠倒", "倒过来", "把图片倒过来", "把图片上下翻转", "把图片垂直翻转", "颠倒", "上下互换", "上下镜像"],
    "border": ["add a border", "add a white border", "add a frame", "put a border around it", "put a frame around it", "frame it", "frame the picture", "give it a border", "give it a white frame", "surround it with a border", "put it in a frame", "draw a border around the image", "white border", "a border",
               "边框", "加边框", "加上边框", "加一个边框", "加上白色边框", "给图片加边框", "加个边框", "白色边框", "添加边框", "加上相框", "加一个白边"],
    "pixelate": ["pixelate it", "pixelate", "pixelate the image", "pixelate this photo", "add a pixel effect", "make the pixels bigger", "turn it into pixel art", "turn it into big pixels", "add a mosaic", "apply a mosaic effect", "mosaic", "use big pixels", "censor it with a mosaic",
                 "像素化", "像素", "马赛克", "加上马赛克", "打马赛克", "把图片像素化", "变成像素画", "像素风格", "变成马赛克", "像素效果"],
    "keep": ["keep it as it is", "keep it", "do nothing", "change nothing", "leave it alone", "no change", "keep the picture", "leave it as it is",
             "don't change anything", "keep the image unchanged", "保持不变", "不要改变", "保持原样", "不变"],
}
FRAMES = ["{}", "make it {}", "make it {}", "make this {}", "make it look {}", "make the image {}", "make the picture {}", "make the photo {}",
          "make this photo {}", "make my picture {}", "turn it {}", "turn this picture {}", "a {} version", "I want it {}", "can you make it {}",
          "make everything {}", "change it to {}"]
DEGREES = ["a bit ", "a little ", "slightly ", "much ", "a lot ", "very ", "way "]
# What it cannot do: it should then leave the picture alone.
THINGS = ("hat man woman cat dog tree car house cloud person text logo sign bird flower chair table window river mountain background sun moon "
          "face shirt hair building street boat bridge sky grass water snow rain smile ball cup lamp book shoe door apple").split()
UNKNOWN = ["add a {}", "remove the {}", "put a {} in it", "replace the {} with a {}", "where is the {}", "draw a {}", "delete the {}",
           "what is this", "hello", "hi there", "thank you", "the {}", "a {} and a {}", "make the {} bigger", "move the {} to the left",
           "make the {} smaller", "give the man a {}", "change the {} to a {}", "turn the {} into a {}", "add some {}", "crop it", "zoom in",
           "make it smile", "what can you do", "who are you", "describe the picture", "write a poem", "make it rain", "open the {}", "more {}", "make the {} blue", "make the {} red", "make the {} green", "paint the {} red", "give her a {}", "what a nice {}", "blue {}", "a {} on the {}",
           "make it a {}", "turn it into a {}", "in the style of van gogh", "paint the {}", "nice photo", "let the picture be", "good morning", "ok", "yes", "test", "asdf", "1 2 3",
           "加一个{}", "你好", "去掉{}", "这是什么", "谢谢", "你是谁", "换个背景", "加一只猫", "去掉那个人", "把狗换成猫", "放大", "画一棵树", "加一顶帽子", "给她戴一顶帽子", "把天空变蓝", "把衣服变成红色", "好看", "再见"]

# Wordings that a newcomer is shown, one an edit.
SUGGESTIONS = ["make it black and white", "add a sepia tone", "tint it blue", "make it warmer", "make it brighter", "invert the colors",
               "blur it", "pixelate it", "posterize it", "flip it horizontally", "add a white border", "把图片变成黑白"]


OBJECTS = ["it", "this", "the image", "the picture", "the photo", "this image", "this picture", "this photo", "my photo", "my picture"]
ASKING = ["please ", "now ", "can you ", "could you ", "could you please ", "I want you to ", "please just ", "I'd like you to ", "let's "]


def _dressed(text: str, rng: np.random.Generator) -> str:
    """Small changes that mean nothing: what the picture is called, spelling, politeness, degrees, capitals, a full stop."""
    if text.isascii():
        if rng.random() < 0.5:
            for name in ("the image", "this photo", " it"):
                if text.endswith(name) or name + " " in text:
                    text = text.replace(name, (" " if name == " it" else "") + OBJECTS[rng.integers(len(OBJECTS))], 1)
                    break
        if rng.random() < 0.1:
            text += [" a bit", " a little", " slightly", " a lot", " for me"][rng.integers(5)]
        if rng.random() < 0.2:
            text = text.replace("color", "colour").replace("gray", "grey")
        if rng.random() < 0.15:
            text = ASKING[rng.integers(len(ASKING))] + text
        if rng.random() < 0.25:
            text = text[0].upper() + text[1:]
        if rng.random() < 0.2:
            text += [".", "!", " please", "."][rng.integers(4)]
    elif rng.random() < 0.5:
        text = text.replace("图片", ["照片", "图像", "图", "这张照片"][rng.integers(4)])
    if not text.isascii() and rng.random() < 0.25:
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


def _clause(edit: str, rng: np.random.Generator) -> str:
    """One edit as a part of a longer English sentence."""
    if ADJECTIVES[edit] and rng.random() < 0.5:
        return f"make it {ADJECTIVES[edit][rng.integers(len(ADJECTIVES[edit]))]}"
    spoken = [s for s in SENTENCES[edit] if s.isascii()]
    return spoken[rng.integers(len(spoken))]


def phrase_of_two(first: str, second: str, rng: np.random.Generator) -> str:
    """A wording of two edits at once: two adjectives, two clauses, or two Chinese sentences."""
    kind = rng.random()
    if kind < 0.45:
        a, b = (ADJECTIVES[e][rng.integers(len(ADJECTIVES[e]))] for e in (first, second))
        degree = DEGREES[rng.integers(len(DEGREES))] if rng.random() < 0.3 else ""
        join = [" and ", ", ", " but also ", " and "][rng.integers(4)]
        return _dressed(FRAMES[rng.integers(len(FRAMES))].format(degree + a + join + b), rng)
    if kind < 0.85:
        join = [" and ", ", then ", " and then ", ", ", " and also ", ". ", ", and "][rng.integers(7)]
        return _dressed(_clause(first, rng) + join + _clause(second, rng), rng)
    a, b = ([s for s in SENTENCES[e] if not s.isascii()] for e in (first, second))
    return a[rng.integers(len(a))] + ["，", "，再", "并且", "然后", "，然后"][rng.integers(5)] + b[rng.integers(len(b))]


def all_phrases() -> list[str]:
    """Every plain wording, for the tokenizer."""
    texts = []
    for edit in SENTENCES:
        texts += SENTENCES[edit] + [frame.format(a) for a in ADJECTIVES[edit] for frame in FRAMES]
    texts += [t.replace("{}", thing) for t in UNKNOWN for thing in ("thing", "man")] + THINGS + OBJECTS + ASKING
    return texts + ["please", "Please", "now", "请", "一点", "。", "a bit", "slightly", "very", "and", "with"]

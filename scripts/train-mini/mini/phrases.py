"""Wishes for any set of edits, in English and Chinese, made of the wordings' parts."""

import numpy as np

from .unknown import ASKED, CHINESE_ASKED, CHINESE_COLOURS, CHINESE_STYLES, CHINESE_THINGS, MANY, STYLES, THINGS, nonsense, nothing_asked, pick, unknown
from .wordings import ADJECTIVES, CHINESE, CLAUSES, KEEP, NOUNS, SAYINGS

OBJECTS = ["it", "it", "it", "it", "this", "the image", "the picture", "the photo", "this image", "this picture", "this photo", "my photo", "my picture", "the whole picture",
           "the whole photo", "everything", "the photograph", "the pic", "this pic", "the shot", "the whole thing", "my image", "that picture", "the entire image", "this one", "all of it"]
# "make it ...": {it} is whatever the picture is called, {} what it is to be like.
FRAMES = ["{}", "{}", "make {it} {}", "make {it} {}", "make {it} {}", "make {it} {}", "make {it} look {}", "turn {it} {}", "I want {it} {}", "I'd like {it} {}", "I would like {it} to be {}", "change {it} to {}",
          "get {it} {}", "have {it} {}", "{it} should be {}", "{it} should look {}", "{it} needs to be {}", "render {it} {}", "I want {it} to be {}", "let {it} be {}", "make {it} all {}", "show {it} {}", "go {}"]
ATTRIBUTIVE = ["a {} version", "a {} photo", "a {} picture", "a {} image", "make a {} photo", "make {it} a {} photo", "turn {it} into a {} picture", "give me a {} version", "turn {it} into a {} one",
               "I want a {} picture", "make a {} version of {it}"]
GIVEN = ["{}", "add {}", "add {}", "add {} to {it}", "give {it} {}", "give {it} {}", "with {}", "I want {}", "I'd like {}", "apply {}", "apply {} to {it}", "use {}", "put {} on {it}", "{it} needs {}", "{it} should have {}",
         "make it with {}", "put {} over {it}", "I want {it} with {}", "let it have {}", "throw in {}"]
DEGREES = ["a bit ", "a little ", "slightly ", "much ", "a lot ", "very ", "way ", "somewhat ", "a little bit ", "really ", "quite ", "even ", "far ", "just a bit ", "a touch ", "nice and "]
AFTER = [" a bit", " a little", " slightly", " a lot", " somewhat", " very much", " strongly", " a little bit", " completely", " just a touch"]
ASKING = ["please ", "please ", "now ", "can you ", "could you ", "could you please ", "I want you to ", "please just ", "I'd like you to ", "let's ", "hey, ", "just ", "can you please ", "would you ", "ok, ",
          "I think you should ", "maybe ", "try to ", "and now ", "next, ", "go ahead and ", "hi, ", "you could ", "help me "]
CLOSING = [".", "!", " please", ".", ", please", " please.", " for me", "?", " now", ", thanks", " thank you", "...", ":)", " if you can", " for my blog", " for a friend", " today", " this time", " again"]
JOINS = [" and ", " and ", " and ", ", then ", " and then ", ", ", " and also ", ". ", ", and ", "; ", " + ", " & ", ". Then ", ", also ", ", and then ", " plus ", ", but also ", " but ", " as well as ", ". Also ", ", and also "]
LISTED = [" and ", " and ", ", ", " but also ", " but ", ", but ", " and also ", " as well as ", " & ", " yet ", " plus ", ", and "]
WITH = [" with ", " with ", " and with ", ", with ", " but with ", " and add ", ", add ", " plus "]
# Edits of which "the colors" can be said in other words, and those.
TONED = ["warmer", "cooler", "more saturated", "less saturated"]
COLORS = ["the colors", "the colors", "the colors", "the tones", "the hues", "its colors", "all the colors"]
CHINESE_OBJECTS = ["图片", "照片", "图像", "图", "这张照片", "这张图", "画面", "它", "整张图", "这张图片", "我的照片", "相片", "整个画面", "这幅图", "全图"]
CHINESE_PREDICATES = ["更{}", "{}一点", "{}一些", "{}点", "再{}一点", "变{}", "变得{}", "更{}一点", "让{图}更{}", "让{图}{}一点", "把{图}变得{}", "把{图}变得更{}", "把{图}变{}", "把{图}调得更{}", "{图}{}一点",
                      "{图}更{}", "{图}要{}", "稍微{}一点", "{图}再{}一些", "整体{}一点", "整体更{}", "{}", "有点{}", "要{}一点", "弄{}一点", "让{图}变{}", "让{图}变得{}", "看起来更{}", "{}得多", "让{图}{}", "非常{}", "很{}"]
CHINESE_VERBS = ["{}", "{}", "{}一下", "{}一点", "把{图}{}", "把{图}{}一下", "对{图}{}", "对{图}进行{}", "{图}{}", "{}{图}", "将{图}{}", "{}一些", "给{图}{}", "让{图}{}", "把{图}给{}", "适当{}", "稍微{}"]
CHINESE_GIVEN = ["{}", "加{}", "加上{}", "加个{}", "加一个{}", "给{图}加{}", "给{图}加上{}", "给{图}加一个{}", "添加{}", "来点{}", "用{}", "加一点{}", "加点{}", "增加{}", "来一个{}", "套上{}", "加入{}", "带上{}", "带{}", "给{图}来点{}",
                 "配上{}", "加一圈{}", "需要{}", "想要{}", "要{}", "给{图}添加{}"]
CHINESE_RESULTS = ["变成{}", "变成{}", "把{图}变成{}", "改成{}", "转成{}", "转换为{}", "做成{}", "{}", "变为{}", "把{图}改成{}", "把{图}转成{}", "将{图}变成{}", "将{图}转换为{}", "弄成{}", "调成{}", "要{}", "把{图}做成{}", "让{图}变成{}",
                   "把{图}调成{}", "想要{}", "处理成{}", "给我{}", "换成{}"]
CHINESE_JOINS = ["，", "，", "，再", "并且", "然后", "，然后", "，并", "，并且", "，同时", "、", "和", "再", " ", "，还要", "，也", "，接着", "而且", "，而且", "。再", "。", "，最后", "同时", "，顺便", "，但", "又"]
CHINESE_ASKING = ["请", "请", "帮我", "麻烦", "请帮我", "能不能", "可以", "我想", "我要", "能", "现在", "我希望", "你能", "先"]
CHINESE_CLOSING = ["。", "。", "！", "吧", "，谢谢", "好吗", "吗", "？", "的", "了", "就行", "就好", "可以吗"]
# Pairs that nobody asks for at once.
OPPOSITES = [{"brighter", "darker"}, {"warmer", "cooler"}, {"more contrast", "less contrast"}, {"more saturated", "less saturated"}, {"blur", "sharpen"},
             {"black and white", "more saturated"}, {"black and white", "less saturated"}, {"black and white", "sepia"}]


def _clause(edit: str, rng: np.random.Generator) -> str:
    """What is done, the shortest ways (listed first) more often than the others."""
    clause = pick(CLAUSES[edit][:2] if rng.random() < 0.3 else CLAUSES[edit], rng)
    return clause.replace("the colors", pick(COLORS, rng)) if edit in TONED else clause


def _adjectives(edits: list[str], rng: np.random.Generator) -> str:
    text = ""
    for n, edit in enumerate(edits):
        if n:
            text += pick(LISTED, rng) if n == len(edits) - 1 else ", "
        text += (pick(DEGREES, rng) if rng.random() < 0.25 else "") + pick(ADJECTIVES[edit], rng)
    return text


def _given(edits: list[str], rng: np.random.Generator) -> str:
    return pick([" and ", " and ", ", ", ", and "], rng).join(pick(NOUNS[e], rng) for e in edits)


def _part(edit: str, rng: np.random.Generator, alone: bool) -> str:
    """One edit as a sentence, or as a part of a longer one."""
    kind = rng.random()
    if alone and kind < 0.06 and edit in SAYINGS:
        return pick(SAYINGS[edit], rng)
    if kind < 0.36:
        text = pick(NOUNS[edit], rng)
        return pick(GIVEN, rng).replace("{}", text) if kind < 0.32 else text
    if kind < 0.66 and edit in ADJECTIVES:
        if kind < 0.62:
            return pick(FRAMES, rng).replace("{}", _adjectives([edit], rng))
        return pick(ATTRIBUTIVE, rng).replace("{}", pick(ADJECTIVES[edit], rng))
    return _clause(edit, rng) + (pick(AFTER, rng) if rng.random() < 0.12 else "")


def _english(edits: list[str], rng: np.random.Generator) -> str:
    described = all(e in ADJECTIVES for e in edits)
    kind = rng.random()
    if len(edits) == 1 or kind < 0.4:
        parts = [_part(e, rng, len(edits) == 1) for e in edits]
        text = parts[0]
        for n, part in enumerate(parts[1:], 2):
            text += (", " if n < len(parts) and rng.random() < 0.6 else pick(JOINS, rng)) + part
        return text
    if kind < 0.62 and described:
        return pick(FRAMES, rng).replace("{}", _adjectives(edits, rng))
    if kind < 0.66 and described:
        return pick(ATTRIBUTIVE, rng).replace("{}", pick([" ", ", ", " and "], rng).join(pick(ADJECTIVES[e], rng) for e in edits))
    if kind < 0.84 and described:  # adjectives, then something else
        first, last = edits[:-1], edits[-1:]
        frame = pick(ATTRIBUTIVE, rng) if rng.random() < 0.25 else pick(FRAMES, rng)
        text = frame.replace("{}", _adjectives(first, rng))
        if rng.random() < 0.6:
            return text + pick(WITH, rng) + _given(last, rng)
        return text + pick(JOINS, rng) + _clause(last[0], rng)
    if kind < 0.92:
        return pick(GIVEN, rng).replace("{}", _given(edits, rng))
    text = _clause(edits[0], rng)
    return text + pick(WITH, rng) + _given(edits[1:], rng)


def _chinese_part(edit: str, rng: np.random.Generator) -> str:
    predicates, verbs, things, results, sayings = CHINESE[edit]
    # Each way of saying it as often as it has words, verbs a little oftener.
    weights = np.array([2 * len(predicates), 1.3 * len(verbs), len(things), len(results), len(sayings)])
    kind = rng.choice(5, p=weights / weights.sum())
    words = (predicates, verbs, things, results, sayings)[kind]
    frames = (CHINESE_PREDICATES, CHINESE_VERBS, CHINESE_GIVEN, CHINESE_RESULTS, ["{}", "{}", "{图}{}", "{图}的{}"])[kind]
    return pick(frames, rng).replace("{}", pick(words, rng))


def _chinese(edits: list[str], rng: np.random.Generator) -> str:
    text = _chinese_part(edits[0], rng)
    for edit in edits[1:]:
        text += pick(CHINESE_JOINS, rng) + _chinese_part(edit, rng)
    return text


def _mistyped(text: str, rng: np.random.Generator) -> str:
    """One letter dropped, doubled or swapped with the next."""
    spots = [i for i in range(1, len(text) - 1) if text[i - 1 : i + 2].isalpha()]
    if not spots:
        return text
    i, slip = pick(spots, rng), rng.integers(3)
    middle = ("", text[i] * 2, text[i + 1] + text[i])[slip]
    return text[:i] + middle + text[i + 1 + (slip == 2) :]


def _dressed(text: str, rng: np.random.Generator) -> str:
    """What means nothing: what the picture is called, spelling, politeness, capitals, punctuation, slips of the finger."""
    english = text.isascii()
    while "{it}" in text:
        text = text.replace("{it}", pick(OBJECTS, rng) if rng.random() < 0.8 else "it", 1)
    while "{图}" in text:
        text = text.replace("{图}", pick(CHINESE_OBJECTS, rng), 1)
    if not english:
        text = (pick(CHINESE_ASKING, rng) if rng.random() < 0.25 else "") + text
        return text + (pick(CHINESE_CLOSING, rng) if rng.random() < 0.25 else "")
    if rng.random() < 0.25:
        text = text.replace("color", "colour").replace("gray", "grey")
    if rng.random() < 0.2:
        text = pick(ASKING, rng) + text
    if rng.random() < 0.03:
        text = nonsense(rng) + " " + text if rng.random() < 0.5 else text + " " + nonsense(rng)
    if rng.random() < 0.06:
        text = _mistyped(text, rng)
    case = rng.random()
    if case < 0.3:
        text = text[0].upper() + text[1:]
    elif case < 0.33:
        text = text.upper()
    elif case < 0.36:
        text = text.lower()
    return text + (pick(CLOSING, rng) if rng.random() < 0.25 else "")


def phrase(edits: list[str], rng: np.random.Generator) -> str:
    """A random wish for these edits, in this order; for none of them a wish that asks for nothing or isn't understood."""
    if not edits:
        return _dressed(unknown(rng) if rng.random() < 0.75 else nothing_asked(rng), rng)
    return _dressed(_chinese(edits, rng) if rng.random() < 0.35 else _english(edits, rng), rng)


def _plain_part(edit: str, rng: np.random.Generator, first: bool) -> str:
    """One edit in few words; inside a wish an adjective may stand alone only at its beginning."""
    kind = rng.random()
    if kind < 0.4 or edit not in ADJECTIVES:
        return _clause(edit, rng) if kind < 0.28 or rng.random() < 0.4 else pick(["add {}", "add {}", "with {}", "give it {}"], rng).replace("{}", pick(NOUNS[edit], rng))
    adjective = pick(ADJECTIVES[edit][:3] if rng.random() < 0.4 else ADJECTIVES[edit], rng)
    return adjective if first and kind < 0.55 else f"make {{it}} {adjective}"


def plain_phrase(edits: list[str], rng: np.random.Generator) -> str:
    """A wish for these edits in the shortest ways, as most people begin; for none of them as `phrase` has it."""
    if not edits or rng.random() < 0.2:
        return phrase(edits, rng)
    parts = [_plain_part(edit, rng, n == 0) for n, edit in enumerate(edits)]
    text = parts[0]
    for part in parts[1:]:
        text += (" " if part.startswith("with ") else pick([" and ", " and ", ", ", ", then ", " and then "], rng)) + part
    while "{it}" in text:
        text = text.replace("{it}", pick(["it", "it", "it", "it", "this", "the photo", "the picture", "the image"], rng), 1)
    case = rng.random()
    text = text[0].upper() + text[1:] if case < 0.3 else text.upper() if case < 0.32 else text
    return text + "." if rng.random() < 0.2 else text


def all_phrases() -> list[str]:
    """Every wording in a plain frame, for the tokenizer."""
    texts = [c.replace("{it}", it) for clauses in CLAUSES.values() for c in clauses for it in ("it", "the image", "this photo")]
    texts += [f.replace("{it}", "it").replace("{}", a) for adjectives in ADJECTIVES.values() for a in adjectives for f in FRAMES]
    texts += [f.replace("{it}", "it").replace("{}", n) for nouns in NOUNS.values() for n in nouns for f in GIVEN]
    texts += [s for sayings in SAYINGS.values() for s in sayings] + [k.replace("{it}", "the picture") for k in KEEP]
    texts += [" ".join(word for word in ask.split() if "{" not in word) for ask in ASKED] + THINGS + MANY + STYLES
    texts += [w for kinds in CHINESE.values() for words in kinds for w in words]
    texts += [f.replace("{}", "").replace("{图}", "图片") for f in (*CHINESE_PREDICATES, *CHINESE_VERBS, *CHINESE_GIVEN, *CHINESE_RESULTS)]
    texts += [ask for asked in CHINESE_ASKED for ask in asked.replace("{", "}").split("}") if len(ask) > 1]
    texts += CHINESE_THINGS + CHINESE_COLOURS + CHINESE_STYLES + CHINESE_OBJECTS
    return texts + COLORS + OBJECTS + ASKING + DEGREES + AFTER + CLOSING + JOINS + LISTED + WITH + CHINESE_JOINS + CHINESE_ASKING + CHINESE_CLOSING


# Wordings that a newcomer is shown.
SUGGESTIONS = ["make it black and white", "add a sepia tone", "tint it blue", "make it warmer", "invert the colors", "blur it", "pixelate it", "posterize it", "flip it horizontally",
               "add a white border", "make it brighter and add a border",
               "把图片变成黑白", "加上复古滤镜", "更暖", "调亮一点", "提高对比度", "颜色更鲜艳", "锐化", "上下颠倒", "打马赛克", "加上白色边框", "变成黑白，然后左右翻转"]

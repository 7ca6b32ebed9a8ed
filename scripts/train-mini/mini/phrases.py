"""Wishes for any set of edits, in English and Chinese, made of the wordings' parts."""

import re
from collections import Counter

import numpy as np

from .degrees import GROUP_OF, NORMAL, STRONG, WEAK
from .unknown import APART, ASKED, COLOURED, CHINESE_APART, CHINESE_ASKED, CHINESE_COLOURS, CHINESE_STYLES, CHINESE_PROPERTIES, CHINESE_THINGS, MANY, PROPERTIES, STYLES, THINGS, filled, nonsense, nothing_asked, pick, unknown
from .wordings import ADJECTIVES, CHINESE, CLAUSES, EDITS_SAID, KEEP, LITTLE, NOUNS, SAYINGS

OBJECTS = ["it", "it", "it", "it", "this", "the image", "the picture", "the photo", "this image", "this picture", "this photo", "my photo", "my picture", "the whole picture",
           "the whole photo", "everything", "the photograph", "the pic", "this pic", "the shot", "the whole thing", "my image", "that picture", "the entire image", "this one", "all of it"]
# "make it ...": {it} is whatever the picture is called, {} what it is to be like.
FRAMES = ["{}", "{}", "make {it} {}", "make {it} {}", "make {it} {}", "make {it} {}", "make {it} look {}", "turn {it} {}", "I want {it} {}", "I'd like {it} {}", "I would like {it} to be {}", "change {it} to {}",
          "get {it} {}", "have {it} {}", "{it} should be {}", "{it} should look {}", "{it} needs to be {}", "render {it} {}", "I want {it} to be {}", "let {it} be {}", "make {it} all {}", "show {it} {}", "go {}"]
ATTRIBUTIVE = ["a {} version", "a {} photo", "a {} picture", "a {} image", "make a {} photo", "make {it} a {} photo", "turn {it} into a {} picture", "give me a {} version", "turn {it} into a {} one",
               "I want a {} picture", "make a {} version of {it}"]
GIVEN = ["{}", "add {}", "add {}", "add {} to {it}", "give {it} {}", "give {it} {}", "with {}", "I want {}", "I'd like {}", "apply {}", "apply {} to {it}", "use {}", "put {} on {it}", "{it} needs {}", "{it} should have {}",
         "make it with {}", "put {} over {it}", "I want {it} with {}", "let it have {}", "throw in {}"]
# Words of degree: before an adjective, after a clause, before it. Those of NORMAL change nothing.
ADVERBS = {
    WEAK: ["a bit ", "a bit ", "a little ", "a little ", "slightly ", "slightly ", "somewhat ", "a little bit ", "just a bit ", "a touch ", "a tad ", "just slightly ", "only a little ", "ever so slightly "],
    NORMAL: ["even ", "quite ", "nice and "],
    STRONG: ["much ", "much ", "a lot ", "a lot ", "very ", "very ", "way ", "far ", "really ", "extremely ", "super ", "so much ", "considerably ", "a whole lot ", "incredibly "],
}
AFTER = {
    WEAK: [" a bit", " a bit", " a little", " a little", " slightly", " slightly", " somewhat", " a little bit", " just a touch", " just a little", " a tad", " by a little", " a notch"],
    NORMAL: [" completely", " overall"],
    STRONG: [" a lot", " a lot", " very much", " strongly", " by a lot", " significantly", " dramatically", " heavily", " considerably", " drastically", " massively"],
}
BEFORE = {
    WEAK: ["slightly ", "slightly ", "gently ", "just slightly ", "subtly "],
    NORMAL: ["simply "],
    STRONG: ["strongly ", "greatly ", "heavily ", "drastically ", "really ", "significantly ", "dramatically "],
}
# Before what is given: "a blue tint", "more contrast", "warmth".
ONE = {WEAK: ["slight ", "subtle ", "faint ", "gentle ", "very slight ", "very subtle "], STRONG: ["strong ", "heavy ", "intense ", "very strong ", "really strong ", "powerful "]}
COMPARED = {WEAK: ["a bit ", "a little ", "slightly ", "a little bit ", "just a bit ", "a tad ", "somewhat "], STRONG: ["much ", "a lot ", "far ", "way ", "considerably ", "so much "]}
MASS = {WEAK: ["a bit of ", "a little ", "a touch of ", "a hint of ", "a little bit of ", "just a hint of "], STRONG: ["a lot of ", "lots of ", "plenty of ", "tons of ", "loads of "]}
COMPARATIVES = ("more", "less", "higher", "lower", "stronger", "weaker", "warmer", "cooler", "colder", "brighter", "darker", "sharper", "paler", "duller", "richer", "better")
ASKING = ["please ", "please ", "now ", "can you ", "could you ", "could you please ", "I want you to ", "please just ", "I'd like you to ", "let's ", "hey, ", "just ", "can you please ", "would you ", "ok, ",
          "I think you should ", "maybe ", "try to ", "and now ", "next, ", "go ahead and ", "hi, ", "you could ", "help me "]
CLOSING = [".", "!", " please", ".", ", please", " please.", " for me", "?", " now", ", thanks", " thank you", "...", ":)", " if you can", " for my blog", " for a friend", " today", " this time", " again"]
JOINS = [" and ", " and ", " and ", ", then ", " and then ", ", ", " and also ", ". ", ", and ", "; ", " + ", " & ", ". Then ", ", also ", ", and then ", " plus ", ", but also ", " but ", " as well as ", ". Also ", ", and also "]
REASONS = [", ", ", ", ", so ", ". ", "; ", " so ", ", please "]
LISTED = [" and ", " and ", ", ", " but also ", " but ", ", but ", " and also ", " as well as ", " & ", " yet ", " plus ", ", and "]
WITH = [" with ", " with ", " and with ", ", with ", " but with ", " and add ", ", add ", " plus "]
# Edits of which "the colors" can be said in other words, and those.
TONED = ["warmer", "cooler", "more saturated", "less saturated"]
COLORS = ["the colors", "the colors", "the colors", "the tones", "the hues", "its colors", "all the colors"]
CHINESE_OBJECTS = ["图片", "照片", "图像", "图", "这张照片", "这张图", "画面", "它", "整张图", "这张图片", "我的照片", "相片", "整个画面", "这幅图", "全图"]
CHINESE_PREDICATES = {
    WEAK: ["{}一点", "{}一点", "{}一些", "{}点", "再{}一点", "更{}一点", "让{图}{}一点", "{图}{}一点", "稍微{}一点", "稍微{}一点", "{图}再{}一些", "整体{}一点", "有点{}", "要{}一点", "弄{}一点", "稍微{}一些", "稍{}一点", "略微{}一点", "{}一点点",
           "稍微{}", "让{图}稍微{}一点", "把{图}变得稍微{}一些"],
    NORMAL: ["更{}", "更{}", "变{}", "变{}", "变得{}", "让{图}更{}", "把{图}变得{}", "把{图}变得更{}", "把{图}变{}", "把{图}调得更{}", "{图}更{}", "{图}要{}", "整体更{}", "{}", "让{图}变{}", "让{图}变得{}", "看起来更{}", "让{图}{}", "更加{}"],
    STRONG: ["{}得多", "非常{}", "非常{}", "很{}", "{}很多", "特别{}", "让{图}非常{}", "把{图}变得非常{}", "变得很{}", "极其{}", "十分{}", "{图}要非常{}", "让{图}{}很多"],
}
CHINESE_VERBS = {
    WEAK: ["{}一点", "{}一点", "{}一些", "稍微{}", "稍微{}一下", "稍微{}一点", "把{图}{}一点", "把{图}稍微{}一点", "{图}{}一点", "略微{}", "轻微{}", "再{}一点"],
    NORMAL: ["{}", "{}", "{}一下", "把{图}{}", "把{图}{}一下", "对{图}{}", "对{图}进行{}", "{图}{}", "{}{图}", "将{图}{}", "给{图}{}", "让{图}{}", "把{图}给{}", "适当{}"],
    STRONG: ["大幅{}", "大大{}", "强烈{}", "{}很多", "把{图}{}很多", "大幅度{}", "显著{}", "明显{}", "把{图}大幅{}", "{}得多"],
}
CHINESE_GIVEN = {
    WEAK: ["加一点{}", "加一点{}", "加点{}", "来点{}", "给{图}来点{}", "加上一点{}", "加一些{}", "轻微的{}", "加轻微的{}", "添加一点{}", "淡淡的{}", "来一点{}"],
    NORMAL: ["{}", "加{}", "加上{}", "加个{}", "加一个{}", "给{图}加{}", "给{图}加上{}", "给{图}加一个{}", "添加{}", "用{}", "增加{}", "来一个{}", "套上{}", "加入{}", "带上{}", "带{}", "配上{}", "加一圈{}", "需要{}", "想要{}", "要{}", "给{图}添加{}"],
    STRONG: ["加很多{}", "强烈的{}", "加强烈的{}", "很强的{}", "大量的{}", "非常强烈的{}", "加上很强的{}"],
}
# Verbs whose object can come first: "亮度提高一点".
RAISING = ("提高", "增加", "增强", "加强", "加大", "降低", "减少", "减弱", "减小", "减低")
OBJECT_FIRST = {WEAK: ["{物}{动}一点", "{物}稍微{动}", "{动}一点{物}", "把{物}{动}一点", "{物}{动}一些"], NORMAL: ["{物}{动}", "把{物}{动}", "把{物}{动}一下"], STRONG: ["{物}大幅{动}", "{物}{动}很多", "{动}很多{物}", "把{物}大幅{动}"]}
CHINESE_RESULTS = ["变成{}", "变成{}", "把{图}变成{}", "改成{}", "转成{}", "转换为{}", "做成{}", "{}", "变为{}", "把{图}改成{}", "把{图}转成{}", "将{图}变成{}", "将{图}转换为{}", "弄成{}", "调成{}", "要{}", "把{图}做成{}", "让{图}变成{}",
                   "把{图}调成{}", "想要{}", "处理成{}", "给我{}", "换成{}"]
CHINESE_JOINS = ["，", "，", "，再", "并且", "然后", "，然后", "，并", "，并且", "，同时", "、", "和", "再", " ", "，还要", "，也", "，接着", "而且", "，而且", "。再", "。", "，最后", "同时", "，顺便", "，但", "又"]
CHINESE_ASKING = ["请", "请", "帮我", "麻烦", "请帮我", "能不能", "可以", "我想", "我要", "能", "现在", "我希望", "你能", "先"]
CHINESE_CLOSING = ["。", "。", "！", "吧", "，谢谢", "好吗", "吗", "？", "的", "了", "就行", "就好", "可以吗"]
# Pairs that nobody asks for at once.
OPPOSITES = [{"brighter", "darker"}, {"warmer", "cooler"}, {"more contrast", "less contrast"}, {"more saturated", "less saturated"}, {"blur", "sharpen"},
             {"black and white", "more saturated"}, {"black and white", "less saturated"}, {"black and white", "sepia"}, {"border", "black border"}]


# An edit and its degree.
Asked = tuple[str, int]
# Of edits without degrees, those that get a word of degree nevertheless.
IDLE = 0.06


def _said_degree(asked: Asked, rng: np.random.Generator) -> int | None:
    """The degree to be put into words, None for no word."""
    edit, degree = asked
    if edit not in GROUP_OF:
        return int(rng.integers(WEAK, STRONG + 1)) if rng.random() < IDLE else None
    return degree if degree != NORMAL or rng.random() < 0.08 else None


def _clause(asked: Asked, rng: np.random.Generator) -> str:
    """What is done, the shortest ways (listed first) more often than the others."""
    edit, degree = asked[0], _said_degree(asked, rng)
    clause = pick(CLAUSES[edit][:2] if rng.random() < 0.3 else CLAUSES[edit], rng)
    if edit in TONED:
        clause = clause.replace("the colors", pick(COLORS, rng))
    if degree is None:
        return clause
    if clause.startswith("make ") and clause.rsplit(" ", 1)[-1].endswith("er") and rng.random() < 0.6:
        start, last = clause.rsplit(" ", 1)
        return f"{start} {pick(ADVERBS[degree], rng)}{last}"
    return clause + pick(AFTER[degree], rng) if rng.random() < 0.7 else pick(BEFORE[degree], rng) + clause


def _adjective(asked: Asked, rng: np.random.Generator, words: list[str] | None = None) -> str:
    """What the picture is to be like; a word of degree holds for what comes next to it alone."""
    degree = _said_degree(asked, rng)
    word = pick(words or ADJECTIVES[asked[0]], rng)
    if degree is None:
        return word
    return pick(ADVERBS[degree], rng) + word if rng.random() < 0.9 else word + pick(AFTER[degree], rng)


def _noun(asked: Asked, rng: np.random.Generator) -> str:
    """What the picture is given."""
    degree, noun = _said_degree(asked, rng), pick(NOUNS[asked[0]], rng)
    if degree is None or degree == NORMAL:
        return noun
    if noun.startswith(COMPARATIVES):
        return pick(COMPARED[degree], rng) + noun
    if noun.startswith(("a ", "an ")):
        article, rest = noun.split(" ", 1)
        if rest.startswith(COMPARATIVES):
            return f"{article[0]} {pick(ADVERBS[degree], rng)}{rest}" if degree == STRONG else f"a slightly {rest}"
        return "a " + pick(ONE[degree], rng) + rest if rng.random() < 0.7 else pick(MASS[degree], rng) + rest
    return pick(MASS[degree], rng) + noun.removeprefix("some ").removeprefix("extra ")


def _adjectives(edits: list[Asked], rng: np.random.Generator) -> str:
    text = ""
    for n, edit in enumerate(edits):
        if n:
            text += pick(LISTED, rng) if n == len(edits) - 1 else ", "
        text += _adjective(edit, rng)
    return text


def _given(edits: list[Asked], rng: np.random.Generator) -> str:
    return pick([" and ", " and ", ", ", ", and "], rng).join(_noun(e, rng) for e in edits)


def _part(asked: Asked, rng: np.random.Generator, alone: bool) -> str:
    """One edit as a sentence, or as a part of a longer one."""
    kind, edit = rng.random(), asked[0]
    if kind < 0.08 and alone and edit in SAYINGS:
        # What is wrong, alone or with what to do about it.
        saying = pick(SAYINGS[edit], rng)
        return saying if asked[1] == NORMAL and rng.random() < 0.3 else saying + pick(REASONS, rng) + _part(asked, rng, False)
    if kind < 0.36:
        text = _noun(asked, rng)
        return pick(GIVEN, rng).replace("{}", text) if kind < 0.32 else text
    if kind < 0.66 and edit in ADJECTIVES:
        if kind < 0.62:
            return pick(FRAMES, rng).replace("{}", _adjective(asked, rng))
        return pick(ATTRIBUTIVE, rng).replace("{}", _adjective(asked, rng))
    clause = _clause(asked, rng)
    if alone and kind > 0.97 and edit in SAYINGS and asked[1] == NORMAL:
        return clause + pick([", ", " because ", ". "], rng) + pick(SAYINGS[edit], rng)
    return clause


def _english(edits: list[Asked], rng: np.random.Generator) -> str:
    described = all(e in ADJECTIVES for e, _ in edits)
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
        return pick(ATTRIBUTIVE, rng).replace("{}", pick([" ", ", ", " and "], rng).join(_adjective(e, rng) for e in edits))
    if kind < 0.84 and described:  # adjectives, then something else
        first, last = edits[:-1], edits[-1:]
        frame = pick(ATTRIBUTIVE, rng) if rng.random() < 0.25 else pick(FRAMES, rng)
        text = frame.replace("{}", _adjectives(first, rng))
        if rng.random() < 0.6:
            return text + pick(WITH, rng) + _given(last, rng)
        return text + pick(JOINS, rng) + _clause(last[0], rng)
    if kind < 0.93:
        return pick(GIVEN, rng).replace("{}", _given(edits, rng))
    text = _clause(edits[0], rng)
    return text + pick(WITH, rng) + _given(edits[1:], rng)


def _chinese_part(asked: Asked, rng: np.random.Generator) -> str:
    edit, degree = asked[0], _said_degree(asked, rng)
    predicates, verbs, things, results, sayings = CHINESE[edit]
    if edit in GROUP_OF:
        little = [s for s in sayings if any(word in s for word in LITTLE)]
        sayings = little if asked[1] == WEAK else [s for s in sayings if s not in little] if asked[1] == NORMAL else []
        results = results if asked[1] == NORMAL else []
    # Each way of saying it as often as it has words, verbs a little oftener.
    weights = np.array([2 * len(predicates), 1.3 * len(verbs), len(things), len(results), len(sayings)])
    kind = rng.choice(5, p=weights / weights.sum())
    word = pick((predicates, verbs, things, results, sayings)[kind], rng)
    said = NORMAL if degree is None else degree
    if kind == 1 and word.startswith(RAISING) and rng.random() < 0.4:
        return pick(OBJECT_FIRST[said], rng).replace("{动}", word[:2]).replace("{物}", word[2:])
    frames = (CHINESE_PREDICATES[said], CHINESE_VERBS[said], CHINESE_GIVEN[said], CHINESE_RESULTS, ["{}", "{}", "{图}{}", "{图}的{}"])[kind]
    return pick(frames, rng).replace("{}", word)


def _chinese(edits: list[Asked], rng: np.random.Generator) -> str:
    text = _chinese_part(edits[0], rng)
    wrong = [saying for saying in CHINESE[edits[0][0]][4] if "太" in saying]
    if wrong and rng.random() < 0.16:
        text = pick(["{}", "{}", "{图}{}"], rng).replace("{}", pick(wrong, rng)) + pick(["，", "，", "，请", "，帮我", "。"], rng) + text
    for edit in edits[1:]:
        text += pick(CHINESE_JOINS, rng) + _chinese_part(edit, rng)
    return text


def _refused(edits: list[Asked], rng: np.random.Generator) -> str:
    """What is expressly not wanted, to follow a wish."""
    others = [e for e in EDITS_SAID if e not in ("black and white", *(edit for edit, _ in edits))]
    edit = pick(others, rng)
    if edit in ADJECTIVES and rng.random() < 0.5:
        return pick([", not {}", " but not {}", ", but not {}", ", but don't make it {}", " and not {}", ", don't make it {}"], rng).replace("{}", pick(ADJECTIVES[edit], rng))
    return pick([" but don't {}", ", but don't {}", ", don't {}", ", but do not {}", " and don't {}"], rng).replace("{}", pick(CLAUSES[edit], rng))


def _mixed(edits: list[Asked], text: str, english: bool, rng: np.random.Generator) -> str:
    """The wish, with something beside it that can't be fulfilled or that isn't wanted."""
    if english and rng.random() < 0.4:
        return text + _refused(edits, rng)
    other, join = filled(pick(APART if english else CHINESE_APART, rng), not english, rng), pick(JOINS if english else CHINESE_JOINS, rng)
    return text + join + other if rng.random() < 0.5 else other + join + text


def _mistyped(text: str, rng: np.random.Generator) -> str:
    """One letter dropped, doubled or swapped with the next."""
    spots = [i for i in range(1, len(text) - 1) if text[i - 1 : i + 2].isalpha()]
    if not spots:
        return text
    i, slip = pick(spots, rng), rng.integers(3)
    middle = ("", text[i] * 2, text[i + 1] + text[i])[slip]
    return text[:i] + middle + text[i + 1 + (slip == 2) :]


def _cased(text: str, rng: np.random.Generator) -> str:
    """Mostly as it is; with a capital, in capitals throughout, with a capital at each word."""
    case = rng.random()
    if case < 0.3:
        return text[:1].upper() + text[1:]
    if case < 0.38:
        return text.upper()
    if case < 0.4:
        return text.title()
    return text.lower() if case < 0.43 else text


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
    text = _cased(text, rng)
    return text + (pick(CLOSING, rng) if rng.random() < 0.25 else "")


def phrase(edits: list[Asked], rng: np.random.Generator) -> str:
    """A random wish for these edits, in this order; for none of them a wish that asks for nothing or isn't understood."""
    if not edits:
        return _dressed(unknown(rng) if rng.random() < 0.8 else nothing_asked(rng), rng)
    english = rng.random() >= 0.35
    text = (_english if english else _chinese)(edits, rng)
    return _dressed(_mixed(edits, text, english, rng) if len(edits) < 3 and rng.random() < 0.07 else text, rng)


def _plain_part(asked: Asked, rng: np.random.Generator, first: bool) -> str:
    """One edit in few words; inside a wish an adjective may stand alone only at its beginning."""
    kind, edit = rng.random(), asked[0]
    if kind < 0.4 or edit not in ADJECTIVES:
        return _clause(asked, rng) if kind < 0.28 or rng.random() < 0.4 else pick(["add {}", "add {}", "with {}", "give it {}"], rng).replace("{}", _noun(asked, rng))
    adjective = _adjective(asked, rng, ADJECTIVES[edit][:3] if rng.random() < 0.4 else None)
    return adjective if first and kind < 0.55 else f"make {{it}} {adjective}"


def _plain_chinese_part(asked: Asked, rng: np.random.Generator) -> str:
    """One edit in few characters: the frames and words that are listed first, without what the picture is called."""
    edit, degree = asked
    predicates, verbs, things, results, _ = CHINESE[edit]
    ways = [(CHINESE_PREDICATES, predicates), (CHINESE_VERBS, verbs), (CHINESE_GIVEN, things)]
    said = [(frames[degree], words) for frames, words in ways if words] + ([(CHINESE_RESULTS, results)] if results and degree == NORMAL else [])
    frames, words = pick(said, rng)
    return pick([frame for frame in frames if "{图}" not in frame][:4], rng).replace("{}", pick(words[:3], rng))


def rare_phrase(edits: list[Asked], rng: np.random.Generator) -> str:
    """Wishes that are easily mistaken and rare among the others: for these edits in the shortest Chinese, for none of them about a thing's colour."""
    if not edits:
        return _cased(filled(pick(COLOURED, rng), False, rng), rng)
    text = _plain_chinese_part(edits[0], rng)
    for edit in edits[1:]:
        text += pick(["，", "，", "，再", "并且", "然后", "，并且"], rng) + _plain_chinese_part(edit, rng)
    return text + pick(CHINESE_CLOSING, rng) if rng.random() < 0.15 else text


def plain_phrase(edits: list[Asked], rng: np.random.Generator) -> str:
    """A wish for these edits in the shortest ways, as most people begin; for none of them as `phrase` has it."""
    if not edits or rng.random() < 0.2:
        return phrase(edits, rng)
    if len(edits) > 1 and rng.random() < 0.2:  # what is wanted, and nothing else: "more contrast, less color", "brighter and sharper"
        parts = [_adjective(e, rng) if e[0] in ADJECTIVES and rng.random() < 0.5 else _noun(e, rng) for e in edits]
        text = ", ".join(parts[:-1]) + pick([", ", " and ", " and "], rng) + parts[-1]
    else:
        parts = [_plain_part(edit, rng, n == 0) for n, edit in enumerate(edits)]
        text = parts[0]
        for part in parts[1:]:
            text += (" " if part.startswith("with ") else pick([" and ", " and ", ", ", ", then ", " and then "], rng)) + part
    while "{it}" in text:
        text = text.replace("{it}", pick(["it", "it", "it", "it", "this", "the photo", "the picture", "the image"], rng), 1)
    if rng.random() < 0.2:
        text = text.replace("color", "colour").replace("gray", "grey")
    text = _cased(text, rng)
    return text + pick([".", ".", " please", ", please", "!"], rng) if rng.random() < 0.25 else text


def all_phrases() -> list[str]:
    """Every wording in a plain frame, for the tokenizer."""
    texts = [c.replace("{it}", it) for clauses in CLAUSES.values() for c in clauses for it in ("it", "the image", "this photo")]
    texts += [f.replace("{it}", "it").replace("{}", a) for adjectives in ADJECTIVES.values() for a in adjectives for f in FRAMES]
    texts += [f.replace("{it}", "it").replace("{}", n) for nouns in NOUNS.values() for n in nouns for f in GIVEN]
    texts += [s for sayings in SAYINGS.values() for s in sayings] + [k.replace("{it}", "the picture") for k in KEEP]
    texts += [" ".join(word for word in ask.split() if "{" not in word) for ask in ASKED] + THINGS + MANY + STYLES + PROPERTIES * 16
    texts += [t.replace("color", "colour").replace("gray", "grey") for t in texts if "color" in t or "gray" in t]
    texts += [w for kinds in CHINESE.values() for words in kinds for w in words]
    chinese = [f for frames in (CHINESE_PREDICATES, CHINESE_VERBS, CHINESE_GIVEN, OBJECT_FIRST) for degree in frames.values() for f in degree] + CHINESE_RESULTS
    texts += [f.replace("{}", "").replace("{物}", "").replace("{动}", "").replace("{图}", "图片") for f in chinese]
    texts += [ask for asked in CHINESE_ASKED for ask in asked.replace("{", "}").split("}") if len(ask) > 1]
    texts += CHINESE_THINGS + CHINESE_COLOURS + CHINESE_STYLES + CHINESE_OBJECTS + CHINESE_PROPERTIES
    words = [word for degrees in (ADVERBS, AFTER, BEFORE, ONE, COMPARED, MASS) for said in degrees.values() for word in said] * 3
    return texts + words + COLORS + OBJECTS + ASKING + CLOSING + JOINS + LISTED + WITH + CHINESE_JOINS + CHINESE_ASKING + CHINESE_CLOSING


def edit_words() -> Counter[str]:
    """The English words in which edits and degrees are said, with how often they come in the wordings."""
    texts = [text.replace("{it}", "it") for wordings in (ADJECTIVES, CLAUSES, NOUNS, ADVERBS, AFTER, BEFORE, ONE, COMPARED, MASS) for said in wordings.values() for text in said]
    texts += [text.replace("{it}", "it").replace("{}", "") for text in (*FRAMES, *GIVEN, *OBJECTS, *ASKING[:8], *CLOSING[:6], *PROPERTIES[:2])]
    texts += [text.replace("color", "colour").replace("gray", "grey") for text in texts if "color" in text or "gray" in text]
    return Counter(word for text in texts for word in re.findall("[a-z]+", text.lower()))


# Wordings that a newcomer is shown, by kinds; the English ones first.
COLOUR, TEXTURE, SHAPE = {"en": "Colour", "zh": "颜色"}, {"en": "Texture", "zh": "质感"}, {"en": "Shape", "zh": "形状"}
SUGGESTIONS = [
    {"kind": COLOUR, "prompts": ["make it black and white", "add a sepia tone", "tint it blue", "make it warmer", "invert the colors"]},
    {"kind": TEXTURE, "prompts": ["blur it", "pixelate it", "posterize it"]},
    {"kind": SHAPE, "prompts": ["flip it horizontally", "add a white border", "make it brighter and add a border"]},
    {"kind": COLOUR, "prompts": ["把图片变成黑白", "加上复古滤镜", "更暖", "调亮一点", "提高对比度", "颜色更鲜艳"]},
    {"kind": TEXTURE, "prompts": ["锐化", "打马赛克"]},
    {"kind": SHAPE, "prompts": ["上下颠倒", "加上白色边框", "变成黑白，然后左右翻转"]},
]

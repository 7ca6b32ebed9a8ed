"""Wishes that the miniature can't fulfil: it is to leave the picture alone."""

import numpy as np

from .wordings import ADJECTIVES, CHINESE, CLAUSES, COLOURS, EDITS_SAID, KEEP

THINGS = (
    "hat man woman cat dog tree car house cloud person text logo sign bird flower chair table window river mountain background sun moon face shirt hair "
    "building street boat bridge sky grass water snow rain smile ball cup lamp book shoe door apple boy girl child baby people crowd friend horse cow sheep "
    "lion tiger elephant bear fish duck butterfly bee spider snake dragon robot monster ghost angel king queen soldier dancer doctor rose leaf forest garden "
    "field road path fence wall roof tower castle church bench lantern candle fire smoke fog storm lightning rainbow star planet rocket plane train bus truck "
    "bicycle motorbike ship wheel mirror clock watch phone computer screen keyboard camera guitar piano violin bottle glass plate fork knife spoon pizza cake "
    "bread cheese banana orange lemon cherry coffee tea wine beer bag box basket umbrella glasses sunglasses mask helmet crown scarf glove coat dress skirt "
    "jacket trousers jeans tie belt ring necklace beard moustache nose mouth eye ear hand arm leg foot head body skin tattoo pillow bed sofa carpet curtain "
    "shelf desk kitchen room floor ceiling stairs beach sea ocean wave island desert rock stone sand hill lake waterfall sunset sunrise night day winter "
    "summer spring autumn foreground left-hand side right-hand side corner object shadow reflection scratch watermark title caption word letter number banner flag balloon toy doll"
).split()
CHINESE_THINGS = (
    "猫 狗 人 男人 女人 小孩 孩子 女孩 男孩 树 花 草 天空 云 太阳 月亮 星星 山 河 湖 海 大海 房子 车 汽车 自行车 船 飞机 桥 路 街道 门 窗户 墙 灯 桌子 椅子 沙发 床 杯子 "
    "书 帽子 眼镜 墨镜 衣服 裙子 裤子 鞋子 外套 围巾 头发 胡子 脸 眼睛 鼻子 嘴巴 手 背景 前景 水印 文字 标题 标志 路人 行人 气球 蛋糕 苹果 鸟 鱼 马 老虎 狮子 大象 兔子 雪 雨 火 烟 彩虹 影子 东西 物体 机器人 国旗 左边的人 房间"
).split()
MANY = "white black yellow purple pink orange brown golden silver big small old new wooden nice little tall long".split() + list(COLOURS)
CHINESE_COLOURS = ["红色", "绿色", "蓝色", "黄色", "紫色", "粉色", "白色", "黑色", "金色", "红", "绿", "蓝"]
STYLES = ["van gogh", "picasso", "an oil painting", "a painting", "a watercolor", "a cartoon", "anime", "a pencil drawing", "a sketch", "a comic", "a 3d render", "a movie scene", "a drawing",
          "lego", "clay", "a fantasy world", "a fairy tale", "a statue", "an advertisement", "a postcard", "a monet", "impressionism", "cyberpunk", "a book cover", "a video game character"]
CHINESE_STYLES = ["油画", "水彩画", "素描", "漫画", "动漫", "卡通", "国画", "水墨画", "宫崎骏", "梵高", "雕塑", "电影", "赛博朋克", "粘土", "剪纸", "童话", "铅笔画", "夜晚", "冬天", "秋天", "下雪"]
# What a picture has that isn't among the edits.
PROPERTIES = ("noise grain graininess glare haze highlights shadows resolution size quality reflections distortion artifacts dust scratches wrinkles compression perspective vignette "
              "blemishes speckles moire aliasing dpi").split()
CHINESE_PROPERTIES = "噪点 噪声 噪音 颗粒 高光 阴影 分辨率 尺寸 反光 畸变 画质 灰尘 划痕 皱纹 锯齿 透视".split()
MEANT = list(COLOURS) + ["black", "white", "red", "blue"]  # the colours of edits, on things oftener than others
ANGLES = [5, 10, 15, 20, 30, 60, 75, 90, 120, 135, 180, 270]
# Where a thing is.
PLACES = ["in the back", "in the front", "on the left", "on the right", "in the background", "in the foreground", "in the middle", "in the corner", "at the top", "at the bottom"]
FRAME_COLOURS = "red blue green yellow golden pink purple grey brown orange silver colorful rainbow wooden".split()
# {p}: a property; {b}: a colour that no border has; the others as in ASKED. What can stand beside an edit in one wish.
APART = [
    "reduce the {p}", "reduce {p}", "reduce {p}", "remove the {p}", "remove {p}", "get rid of the {p}", "increase the {p}", "decrease the {p}", "lower the {p}", "less {p}", "fix the {p}", "clean up the {p}",
    "add a {n}", "add a {c} {n}", "remove the {n}", "remove the {c} {n}", "erase the {n}", "put a {n} on the {n}", "replace the {n} with a {n}", "turn the {n} {c}", "make the {n} {c}", "make the {n} bigger",
    "move the {n} to the left", "crop it", "rotate it", "paint the {n} {c}", "change the background", "zoom in", "swap the {n} for a {n}", "give the {n} a {c} {n}", "draw a {n}", "delete the {n}",
]
CHINESE_APART = [
    "减少{p}", "降低{p}", "去除{p}", "去掉{p}", "降{p}", "消除{p}", "提高{p}", "修复{p}", "加一个{n}", "加一只{n}", "去掉{n}", "把{n}删掉", "把{n}换成{n}", "把{n}变成{c}", "把{n}变{c}", "删除{n}", "放大{n}", "裁剪", "旋转",
    "给{n}戴上{n}", "画一个{n}", "移除{n}",
]
# {n}: a thing; {c}: a colour or another word for a thing; {s}: a style; {a}: what a whole picture can be made; {e}: what can be done to it.
ASKED = [
    "add a {n}", "add a {c} {n}", "add an {n}", "add some {n}", "add a {n} to the {n}", "add a {n} on the {n}", "add {n}", "put a {n} in it", "put a {n} on the {n}", "put a {c} {n} on the {n}",
    "put {n} on him", "remove the {n}", "remove the {n} from the {n}", "remove all the {n}", "take the {n} away", "get rid of the {n}", "erase the {n}", "delete the {n}", "cut out the {n}",
    "hide the {n}", "clean up the {n}", "replace the {n} with a {n}", "replace the {n}", "swap the {n} for a {n}", "swap the {n} with the {n}", "exchange the {n} for a {c} {n}",
    "change the {n}", "change the {n} to a {n}", "change the {n} into {n}", "change the {n} to {c}", "change the color of the {n}", "change the color of the {n} to {c}",
    "turn the {n} into a {n}", "turn the {n} {c}", "turn the {n} around", "make the {n} bigger", "make the {n} smaller", "make the {n} {c}", "make the {c} {n} {c}", "make her {n} {c}",
    "make his {n} {c}", "make the {n} more {c}", "make the {n} {a}", "make the {n} a bit {a}", "make her {n} {a}", "make the {n} look {a}", "make the {n} longer", "make the {n} smile",
    "{e} only the {n}", "{e} but only the {n}", "paint the {n} {c}", "paint the {n}", "color the {n} {c}", "dye her {n} {c}", "give the {n} a {n}", "give him a {n}", "give her a {c} {n}",
    "move the {n} to the left", "move the {n} to the right", "move the {n} behind the {n}", "open the {n}", "close the {n}", "fix the {n}", "draw a {n}", "draw a {c} {n} on the {n}", "write {n} on the {n}",
    "add text that says {n}", "write my name on it", "zoom in", "zoom out", "zoom in on the {n}", "crop it", "crop the {n}", "cut off the top", "rotate it", "rotate it by {d} degrees", "rotate it to the left", "rotate {d} degrees",
    "turn it by {d} degrees", "turn the picture {d} degrees to the right", "tilt it by {d} degrees", "tilt it", "straighten it", "enlarge it", "make it bigger", "make it larger", "make it smaller", "resize it", "make it square", "stretch it", "upscale it", "increase the resolution",
    "fill in the {n}", "extend the {n}", "make it rain", "let it rain", "make it night", "make it daytime", "make it summer", "change the season to autumn", "change the weather", "set the {n} on fire",
    "make it smile", "make him laugh", "open her {n}", "make them dance", "a {n}", "the {n}", "{c} {n}", "a {c} {n}", "a {n} and a {n}", "a {n} on the {n}", "a {n} in the {n}", "two {n} and a {c} {n}", "{n}",
    "make it a {n}", "turn it into a {n}", "turn this into a {c} {n}", "turn it into {s}", "make it look like {s}", "make it {s}", "in the style of {s}", "make it in the style of {s}", "redraw it as {s}",
    "paint it like {s}", "as {s}", "make a {n} out of it", "what is this", "what is that {n}", "where is the {n}", "who is this", "who is the {n}", "how many {n} are there", "what color is the {n}",
    "why is the {n} {c}", "when was this taken", "is there a {n}", "is it {a}", "do you see the {n}", "can you see a {n}", "what can you do", "who are you", "how does this work", "help", "help me",
    "describe the picture", "describe the {n}", "tell me about the {n}", "tell me a joke", "write a poem", "write a song about the {n}", "translate this", "count the {n}", "hello", "hi there", "hey", "hi",
    "thank you", "thanks a lot", "how are you", "good morning", "goodbye", "nice photo", "what a nice {n}", "what a {c} {n}", "I like the {n}", "I like this photo", "the {n} is {c}", "beautiful", "great",
    "ok", "yes", "no", "test", "wow", "I don't like the {n}", "this is my {n}", "the {n} looks {c}", "don't {e}", "do not {e}", "please don't {e}", "don't make it {a}", "not {a}", "never {e}",
    "turn the {n} {c}", "turn the {c} {n} {c}", "make the {n} {c}", "make the {c} {n} {c}", "make the {n} more {c}", "give the {n} a {c} {n}", "give the {n} {c} {n}", "turn the {n} more {c}",
    "make the {n} very {c}", "make the {n} much {a}", "make the {n} slightly {c}", "make the {n} a lot {a}", "make the {n} a little {c}", "add more {n}", "make the {n} in the {n} {c}", "color the {n} in {c}",
    "a {n} with a {c} {n}", "make the {n} less {c}", "make all the {n} {c}", "make only the {n} {a}", "i want a {c} {n}", "I want the {n} {c}", "the {n} should be {c}", "the {n} should be {a}", "change the {c} {n} to {c}",
    "add a {b} border", "add a {b} frame", "put a {b} border around it", "put a {b} frame around it", "with a {b} border", "frame it in {b}", "a {b} border", "a {b} frame around it",
    "no border", "no frame please", "without a border", "without a frame", "remove the border", "remove the frame", "no filter", "no sepia", "no tint", "remove the tint", "without a tint", "no mosaic", "don't add a border",
    "don't add a frame", "don't blur it", "don't flip it", "do not make it {a}", "don't make it any {a}", "not {a} please", "never make it {a}", "no blue", "no red", "no green", "it is not {a}", "do not {e} please",
    "reduce the {p}", "reduce {p}", "reduce {p}", "remove the {p}", "remove {p}", "get rid of the {p}", "increase the {p}", "increase {p}", "decrease the {p}", "lower the {p}", "less {p}", "more {p}", "fix the {p}",
    "clean up the {p}", "add {p}", "denoise it", "denoise", "remove all {p}", "improve the {p}", "raise the {p}", "the {p} is too high", "reduce the {p} and the {p}", "reduce {p} and increase {p}",
    "make it better", "improve it", "make it beautiful", "enhance it", "surprise me", "do something", "make it more interesting", "fix it", "go", "next", "save it", "send it to me", "print it", "download",
]
CHINESE_ASKED = [
    "加一个{n}", "加一只{n}", "加{n}", "加上{n}", "加一个{c}的{n}", "添加{n}", "在{n}上加{n}", "放一个{n}", "画一个{n}", "画一棵{n}", "去掉{n}", "把{n}去掉", "把{n}删掉", "删除{n}", "移除{n}", "去除{n}", "擦掉{n}", "抹掉{n}",
    "把{n}换成{n}", "换个{n}", "换掉{n}", "更换{n}", "把{n}换成{c}", "把{n}换成{c}的", "把{n}变成{n}", "把{n}变成{c}", "把{n}变{c}", "把{n}改成{c}的", "把{n}涂成{c}", "把{n}染成{c}", "让{n}变{c}", "{c}的{n}", "{n}变成{c}",
    "给{n}戴上{n}", "给他戴上{n}", "给她戴一顶{n}", "给他穿上{c}的{n}", "给{n}加上{n}", "让{n}更大", "把{n}放大", "把{n}变小", "把{n}移到左边", "把{n}移到右边", "让{n}笑", "让他笑", "让她跳舞", "打开{n}", "关上{n}", "在{n}上写字",
    "变成{s}", "变成{s}风格", "改成{s}风格", "{s}风格", "做成{s}", "把图片变成{s}", "画成{s}", "转成{s}风格", "放大", "缩小", "裁剪", "旋转", "旋转九十度", "向左旋转", "放大一点", "拉长", "补全", "抠图", "换脸", "美颜", "修复", "高清",
    "你好", "这是什么", "谢谢", "你是谁", "好看", "再见", "这是谁", "{n}在哪里", "有几个{n}", "这是{n}吗", "{n}是什么颜色", "你会什么", "帮帮我", "讲个笑话", "写一首诗", "描述一下", "描述这张图", "真漂亮", "我喜欢{n}", "好的", "是", "不是",
    "早上好", "怎么用", "多少钱", "{n}", "一个{n}", "{n}和{n}", "一只{c}的{n}", "测试", "让{n}更亮", "把{n}变模糊", "把{n}调暗", "让它下雨", "变成晚上", "变成白天", "变成秋天", "换个季节", "不要翻转", "不要变亮", "别模糊",
    "减少{p}", "降低{p}", "去除{p}", "去掉{p}", "消除{p}", "提高{p}", "增加{p}", "降{p}", "{p}太多了", "不要边框", "去掉边框", "不要滤镜", "不要变黑白", "别变暗", "不要加边框", "不要{a}", "别{a}", "红色的边框", "加一个金色的边框", "加蓝色边框",
    "把{n}染成{c}", "把{n}变得更{c}", "让{n}变成{c}", "{n}变{c}", "{n}更{c}", "让{n}更{a}", "{n}{a}一点", "把{c}的{n}变成{c}", "给{n}一个{c}的{n}", "把{n}调{a}", "让{n}{a}一点", "给房间加一个{c}的{n}",
]
# Colours of things, which are also colours of edits; drawn more often at the end of the training.
COLOURED = ["make the {c} {n} {c}", "turn the {c} {n} {c}", "make the {n} {c}", "turn the {n} {c}", "paint the {c} {n} {c}", "change the {c} {n} to {c}", "give the {n} a {c} {n}"]
SYLLABLES = "ba be bi bo bu da de di do du fa fi go ga ka ke ko la le li lo lu ma me mi mo na ne no pa pe po ra re ri ro sa se si so ta te ti to va ve wa wi za zo".split()


def pick(options, rng: np.random.Generator):
    return options[rng.integers(len(options))]


def nonsense(rng: np.random.Generator) -> str:
    """A word that nobody knows."""
    return "".join(pick(SYLLABLES, rng) for _ in range(rng.integers(1, 5))) + pick(["", "", "n", "s", "r", "k", "ng", "t"], rng)


def _thing(rng: np.random.Generator) -> str:
    return nonsense(rng) if rng.random() < 0.12 else pick(THINGS, rng) + pick(["", "", "", "", "s"], rng)


def _placed(thing: str, rng: np.random.Generator) -> str:
    """The thing, sometimes with where it is."""
    return f"{thing} {pick(PLACES, rng)}" if rng.random() < 0.06 else thing


def _filling(kind: str, chinese: bool, rng: np.random.Generator) -> str:
    """What stands for a pattern's {kind}."""
    if kind == "n":
        return pick(CHINESE_THINGS, rng) if chinese else _placed(_thing(rng), rng)
    if kind == "c":
        return pick(CHINESE_COLOURS, rng) if chinese else pick(MEANT if rng.random() < 0.5 else MANY, rng)
    if kind == "s":
        return pick(CHINESE_STYLES if chinese else STYLES, rng)
    if kind == "p":
        return pick(CHINESE_PROPERTIES if chinese else PROPERTIES, rng)
    if kind == "b":
        return pick(FRAME_COLOURS, rng)
    if kind == "d":
        return str(pick(ANGLES, rng))
    edit = pick(EDITS_SAID, rng)
    if kind == "a" and chinese:
        return pick(CHINESE[edit][0] or ["暗"], rng)
    return pick(ADJECTIVES.get(edit) or ["darker"], rng) if kind == "a" else pick(CLAUSES[edit], rng).replace("{it}", "it")


def filled(text: str, chinese: bool, rng: np.random.Generator) -> str:
    """A pattern of ASKED, APART or their Chinese ones with things, colours and others put in."""
    while "{" in text:
        at = text.index("{")
        text = text[:at] + _filling(text[at + 1], chinese, rng) + text[at + 3 :]
    return text


def unknown(rng: np.random.Generator) -> str:
    """A wish that is not understood, in English or Chinese."""
    chinese = rng.random() < 0.35
    return filled(pick(CHINESE_ASKED if chinese else ASKED, rng), chinese, rng)


def nothing_asked(rng: np.random.Generator) -> str:
    """A wish that asks for nothing; {it} is whatever the picture is called."""
    return pick(KEEP, rng)

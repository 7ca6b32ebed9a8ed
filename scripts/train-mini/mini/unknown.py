"""Wishes that the miniature can't fulfil: it is to leave the picture alone."""

import numpy as np

from .wordings import ADJECTIVES, CLAUSES, COLOURS, EDITS_SAID, KEEP

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
    "add text that says {n}", "write my name on it", "zoom in", "zoom out", "zoom in on the {n}", "crop it", "crop the {n}", "cut off the top", "rotate it", "rotate it by 90 degrees", "rotate it to the left",
    "turn it by 30 degrees", "tilt it", "straighten it", "enlarge it", "make it bigger", "make it larger", "make it smaller", "resize it", "make it square", "stretch it", "upscale it", "increase the resolution",
    "fill in the {n}", "extend the {n}", "make it rain", "let it rain", "make it night", "make it daytime", "make it summer", "change the season to autumn", "change the weather", "set the {n} on fire",
    "make it smile", "make him laugh", "open her {n}", "make them dance", "a {n}", "the {n}", "{c} {n}", "a {c} {n}", "a {n} and a {n}", "a {n} on the {n}", "a {n} in the {n}", "two {n} and a {c} {n}", "{n}",
    "make it a {n}", "turn it into a {n}", "turn this into a {c} {n}", "turn it into {s}", "make it look like {s}", "make it {s}", "in the style of {s}", "make it in the style of {s}", "redraw it as {s}",
    "paint it like {s}", "as {s}", "make a {n} out of it", "what is this", "what is that {n}", "where is the {n}", "who is this", "who is the {n}", "how many {n} are there", "what color is the {n}",
    "why is the {n} {c}", "when was this taken", "is there a {n}", "is it {a}", "do you see the {n}", "can you see a {n}", "what can you do", "who are you", "how does this work", "help", "help me",
    "describe the picture", "describe the {n}", "tell me about the {n}", "tell me a joke", "write a poem", "write a song about the {n}", "translate this", "count the {n}", "hello", "hi there", "hey", "hi",
    "thank you", "thanks a lot", "how are you", "good morning", "goodbye", "nice photo", "what a nice {n}", "what a {c} {n}", "I like the {n}", "I like this photo", "the {n} is {c}", "beautiful", "great",
    "ok", "yes", "no", "test", "wow", "I don't like the {n}", "this is my {n}", "the {n} looks {c}", "don't {e}", "do not {e}", "please don't {e}", "don't make it {a}", "not {a}", "never {e}",
    "make it better", "improve it", "make it beautiful", "enhance it", "surprise me", "do something", "make it more interesting", "fix it", "go", "next", "save it", "send it to me", "print it", "download",
]
CHINESE_ASKED = [
    "加一个{n}", "加一只{n}", "加{n}", "加上{n}", "加一个{c}的{n}", "添加{n}", "在{n}上加{n}", "放一个{n}", "画一个{n}", "画一棵{n}", "去掉{n}", "把{n}去掉", "把{n}删掉", "删除{n}", "移除{n}", "去除{n}", "擦掉{n}", "抹掉{n}",
    "把{n}换成{n}", "换个{n}", "换掉{n}", "更换{n}", "把{n}换成{c}", "把{n}换成{c}的", "把{n}变成{n}", "把{n}变成{c}", "把{n}变{c}", "把{n}改成{c}的", "把{n}涂成{c}", "把{n}染成{c}", "让{n}变{c}", "{c}的{n}", "{n}变成{c}",
    "给{n}戴上{n}", "给他戴上{n}", "给她戴一顶{n}", "给他穿上{c}的{n}", "给{n}加上{n}", "让{n}更大", "把{n}放大", "把{n}变小", "把{n}移到左边", "把{n}移到右边", "让{n}笑", "让他笑", "让她跳舞", "打开{n}", "关上{n}", "在{n}上写字",
    "变成{s}", "变成{s}风格", "改成{s}风格", "{s}风格", "做成{s}", "把图片变成{s}", "画成{s}", "转成{s}风格", "放大", "缩小", "裁剪", "旋转", "旋转九十度", "向左旋转", "放大一点", "拉长", "补全", "抠图", "换脸", "美颜", "修复", "高清",
    "你好", "这是什么", "谢谢", "你是谁", "好看", "再见", "这是谁", "{n}在哪里", "有几个{n}", "这是{n}吗", "{n}是什么颜色", "你会什么", "帮帮我", "讲个笑话", "写一首诗", "描述一下", "描述这张图", "真漂亮", "我喜欢{n}", "好的", "是", "不是",
    "早上好", "怎么用", "多少钱", "{n}", "一个{n}", "{n}和{n}", "一只{c}的{n}", "测试", "让{n}更亮", "把{n}变模糊", "把{n}调暗", "让它下雨", "变成晚上", "变成白天", "变成秋天", "换个季节", "不要翻转", "不要变亮", "别模糊",
]
SYLLABLES = "ba be bi bo bu da de di do du fa fi go ga ka ke ko la le li lo lu ma me mi mo na ne no pa pe po ra re ri ro sa se si so ta te ti to va ve wa wi za zo".split()


def pick(options, rng: np.random.Generator):
    return options[rng.integers(len(options))]


def nonsense(rng: np.random.Generator) -> str:
    """A word that nobody knows."""
    return "".join(pick(SYLLABLES, rng) for _ in range(rng.integers(1, 5))) + pick(["", "", "n", "s", "r", "k", "ng", "t"], rng)


def _thing(rng: np.random.Generator) -> str:
    return nonsense(rng) if rng.random() < 0.12 else pick(THINGS, rng) + pick(["", "", "", "", "s"], rng)


def unknown(rng: np.random.Generator) -> str:
    """A wish that is not understood, in English or Chinese."""
    chinese = rng.random() < 0.35
    text = pick(CHINESE_ASKED if chinese else ASKED, rng)
    while "{" in text:
        at = text.index("{")
        kind = text[at + 1]
        if kind == "n":
            word = pick(CHINESE_THINGS, rng) if chinese else _thing(rng)
        elif kind == "c":
            word = pick(CHINESE_COLOURS if chinese else MANY, rng)
        elif kind == "s":
            word = pick(CHINESE_STYLES if chinese else STYLES, rng)
        else:
            edit = pick(EDITS_SAID, rng)
            word = pick(ADJECTIVES.get(edit) or ["darker"], rng) if kind == "a" else pick(CLAUSES[edit], rng).replace("{it}", "it")
        text = text[:at] + word + text[at + 3 :]
    return text


def nothing_asked(rng: np.random.Generator) -> str:
    """A wish that asks for nothing; {it} is whatever the picture is called."""
    return pick(KEEP, rng)

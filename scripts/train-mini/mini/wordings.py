"""What people say for each edit, in English and Chinese: the parts of which phrases.py makes sentences."""

# What a picture is like: "make it ...", "a ... version".
ADJECTIVES = {
    "black and white": ["black and white", "grayscale", "monochrome", "black & white", "colorless", "black-and-white", "b&w", "b/w", "gray", "without color",
                        "without colors", "without any color", "completely desaturated", "in black and white", "grayscale", "monochrome", "in grayscale", "in monochrome", "monochromatic", "devoid of color"],
    "sepia": ["sepia", "sepia toned", "sepia-toned", "old-fashioned brown", "vintage", "antique", "old-timey", "brownish", "retro", "in sepia"],
    "warmer": ["warmer", "warm", "more warm", "sunnier", "warmer in tone", "more golden", "less cold", "less cool", "not so cold"],
    "cooler": ["cooler", "colder", "cool", "cold", "more cold", "cooler in tone", "icier", "less warm", "not so warm", "chillier"],
    "brighter": ["brighter", "lighter", "bright", "more bright", "less dark", "better lit", "not so dark", "not as dark", "less gloomy"],
    "darker": ["darker", "dark", "dimmer", "less bright", "as dark as night", "more dark", "gloomier", "not so bright", "not as bright"],
    "invert": ["inverted", "negative", "color inverted", "inverted in color", "a negative", "like a negative", "color-inverted"],
    "more contrast": ["more contrasty", "higher contrast", "high contrast", "punchier", "higher in contrast", "high-contrast", "more contrasted"],
    "less contrast": ["flatter", "lower contrast", "low contrast", "less contrasty", "lower in contrast", "low-contrast", "less contrasted", "flat", "softer in contrast", "less punchy"],
    "more saturated": ["more saturated", "more colorful", "more vivid", "vivid", "vibrant", "more vibrant", "colorful", "saturated", "richer in color", "more intense in color"],
    "less saturated": ["less saturated", "less colorful", "less vivid", "less vibrant", "duller", "muted", "paler", "faded", "pale", "dull", "more muted", "more faded", "less saturated", "not so colorful", "less intense in color"],
    "blur": ["blurry", "blurred", "blurrier", "out of focus", "softer", "soft", "fuzzy", "hazy", "smoother", "less sharp", "unsharp", "more blurred", "smooth", "not so sharp", "less crisp"],
    "sharpen": ["sharper", "sharp", "crisper", "crisp", "sharpened", "more sharp", "more detailed", "in focus", "clearer", "less blurry", "clear", "more crisp", "not so blurry", "less fuzzy", "less soft"],
    "posterize": ["posterized", "posterised", "like a poster", "poster-like", "with fewer colors", "cartoonish", "posterlike", "like a screen print", "with only a few colors"],
    "flip": ["flipped", "mirrored", "flipped horizontally", "mirrored left to right", "flipped left-right", "reversed left to right", "mirrored horizontally",
             "horizontally flipped", "flipped left to right", "flipped sideways", "mirror-inverted"],
    "upside down": ["upside down", "flipped vertically", "flipped upside down", "flipped top to bottom", "upside-down", "mirrored vertically", "vertically flipped",
                    "turned upside down", "mirrored top to bottom"],
    "border": ["framed", "bordered", "framed in white"],
    "black border": ["framed in black", "black-framed", "bordered in black", "framed black"],
    "pixelate": ["pixelated", "blocky", "pixelized", "pixelly", "like pixel art", "8-bit", "made of big pixels", "chunky", "like a mosaic", "like an old video game"],
}
# What is done to it; {it} is whatever the picture is called.
CLAUSES = {
    "black and white": ["convert {it} to black and white", "turn {it} into a black and white photo", "convert {it} to grayscale", "remove the color", "remove the colors",
                        "drop the color", "make a black and white photo of {it}", "remove all colors", "remove all the color from {it}", "desaturate {it} completely",
                        "take the color out", "take the colors out of {it}", "get rid of the color", "drain the color from {it}", "change {it} to black and white", "turn {it} gray", "strip {it} of color", "take out all the color", "bleach out the color",
                        "make {it} lose its color", "lose the color", "make {it} a grayscale picture", "convert {it} to monochrome"],
    "sepia": ["make {it} look like an old photo", "make {it} look old", "turn {it} into an old photo", "convert {it} to sepia", "tone {it} sepia", "make {it} look aged", "age {it}", "turn {it} sepia"],
    "warmer": ["warm {it} up", "warm up {it}", "warm up the colors", "use warmer colors", "make the colors warmer", "warm the colors up", "shift {it} to warmer colors", "increase the warmth", "make {it} less cold"],
    "cooler": ["cool {it} down", "cool down {it}", "cool down the colors", "use cooler colors", "make the colors cooler", "make the colors colder", "shift {it} to colder colors", "reduce the warmth", "make {it} less warm"],
    "brighter": ["brighten {it}", "brighten {it} up", "brighten up {it}", "turn up the brightness", "increase the brightness", "raise the brightness", "lighten {it}",
                 "boost the brightness", "lighten {it} up", "add light", "increase the exposure", "let in more light", "make {it} less dark", "raise the exposure", "increase brightness", "bump up the brightness", "lift the brightness"],
    "darker": ["darken {it}", "turn down the brightness", "decrease the brightness", "reduce the brightness", "lower the brightness", "dim {it}", "darken {it} down",
               "decrease the exposure", "take some light away", "make {it} less bright", "reduce brightness", "lower the exposure", "bring down the brightness"],
    "invert": ["invert the colors", "invert {it}", "invert all the colors", "invert all colors", "reverse the colors", "make a negative of {it}", "negate {it}", "flip the colors",
               "invert the colors of {it}", "swap light and dark", "turn {it} into a negative", "reverse the colors of {it}", "swap black and white"],
    "more contrast": ["increase the contrast", "raise the contrast", "boost the contrast", "increase the contrast of {it}", "turn up the contrast", "make the contrast stronger",
                      "make the contrast higher", "strengthen the contrast", "enhance the contrast", "increase contrast", "boost contrast", "bump up the contrast", "add contrast"],
    "less contrast": ["decrease the contrast", "reduce the contrast", "lower the contrast", "lower the contrast of {it}", "turn down the contrast", "make the contrast weaker",
                      "make the contrast lower", "weaken the contrast", "flatten {it}", "reduce contrast", "tone down the contrast", "make the contrast softer", "make the contrast gentler", "dial down the contrast",
                      "ease the contrast", "take the contrast down"],
    "more saturated": ["increase the saturation", "boost the colors", "make the colors pop", "saturate {it}", "raise the saturation", "turn up the saturation", "boost the saturation",
                       "make the colors more vivid", "make the colors stronger", "intensify the colors", "turn up the colors", "make the colors brighter", "increase saturation", "bump up the saturation", "enrich the colors"],
    "less saturated": ["decrease the saturation", "reduce the saturation", "mute the colors", "lower the saturation", "desaturate {it}", "turn down the saturation", "tone down the colors",
                       "make the colors less vivid", "make the colors weaker", "fade the colors", "turn down the colors", "wash out the colors", "reduce saturation", "bring down the saturation", "make {it} less colorful"],
    "blur": ["blur {it}", "soften {it}", "smooth {it}", "take {it} out of focus", "defocus {it}", "blur {it} out", "smooth {it} out", "apply blur to {it}", "reduce the sharpness", "lower the sharpness", "make {it} less sharp"],
    "sharpen": ["sharpen {it}", "increase the sharpness", "bring out the details", "make the details clearer", "enhance the details", "enhance the edges", "sharpen {it} up",
                "raise the sharpness", "bring {it} into focus", "make the edges sharper", "sharpen the edges", "reduce the blur", "remove the blur", "make {it} less blurry"],
    "posterize": ["posterize {it}", "posterise {it}", "reduce the number of colors", "use fewer colors", "limit the colors", "turn {it} into a poster", "make {it} a poster",
                  "reduce {it} to a few colors", "make a poster of {it}", "cut down the number of colors"],
    "flip": ["flip {it}", "mirror {it}", "flip {it} horizontally", "flip left and right", "flip {it} left to right", "flip {it} from left to right", "swap left and right",
             "mirror {it} horizontally", "reverse {it} left to right", "mirror {it} left to right", "flip {it} sideways", "flip horizontally", "turn {it} into its mirror image",
             "exchange left and right"],
    "upside down": ["turn {it} upside down", "flip {it} upside down", "flip {it} vertically", "flip top and bottom", "swap top and bottom", "flip {it} top to bottom",
                    "mirror {it} vertically", "stand {it} on its head", "put {it} upside down", "flip vertically", "mirror {it} top to bottom", "turn {it} on its head", "set {it} on its head", "flip {it} the wrong way up"],
    "border": ["put a border around {it}", "put a frame around {it}", "frame {it}", "surround {it} with a border", "put {it} in a frame", "draw a border around {it}",
               "put a white border on {it}", "place {it} in a white frame", "draw a white frame around {it}", "enclose {it} in a border"],
    "black border": ["put a black border around {it}", "put a black frame around {it}", "frame {it} in black", "surround {it} with a black border", "put {it} in a black frame",
                     "draw a black border around {it}", "place {it} in a black frame", "draw a black frame around {it}", "make the border black", "give {it} black borders"],
    "pixelate": ["pixelate {it}", "make the pixels bigger", "turn {it} into pixel art", "turn {it} into big pixels", "use big pixels", "censor {it} with a mosaic",
                 "turn {it} into a mosaic", "pixelize {it}", "make {it} a mosaic", "reduce {it} to big pixels", "turn {it} into blocks"],
}
# What it is given: "add ...", "with ...", "I want ...".
NOUNS = {
    "black and white": ["a black and white filter", "a black and white look", "a grayscale filter", "no color", "no colors", "a monochrome filter", "a black and white effect"],
    "sepia": ["a sepia tone", "a sepia filter", "a sepia look", "a vintage look", "a vintage filter", "an antique look", "sepia", "a retro look", "an old photo look", "sepia tones",
              "a sepia effect", "a brown tone", "a sepia tint"],
    "warmer": ["warmth", "a warm tone", "a warmer tone", "warmer colors", "more warmth", "warm colors", "a warm filter", "a warmer look"],
    "cooler": ["a cool tone", "a cooler tone", "a colder tone", "cooler colors", "colder colors", "cold colors", "a cool filter", "a cold look"],
    "brighter": ["more light", "more brightness", "a brighter look", "brightness", "some light", "higher brightness"],
    "darker": ["less light", "less brightness", "a darker look", "a darker tone", "lower brightness"],
    "invert": ["inverted colors", "a negative effect", "an invert effect", "reversed colors", "a negative look", "inverted colours"],
    "more contrast": ["more contrast", "higher contrast", "a higher contrast", "contrast", "stronger contrast", "more contrast in it", "extra contrast", "some contrast"],
    "less contrast": ["less contrast", "lower contrast", "a lower contrast", "weaker contrast", "low contrast", "less contrast in it"],
    "more saturated": ["more saturation", "more color", "more vivid colors", "stronger colors", "vivid colors", "higher saturation", "richer colors", "vibrant colors", "saturation"],
    "less saturated": ["less saturation", "less color", "muted colors", "paler colors", "lower saturation", "weaker colors", "faded colors", "duller colors"],
    "blur": ["a blur", "blur", "some blur", "a gaussian blur", "a blur effect", "a soft focus", "a blur filter", "a soft look", "less sharpness"],
    "sharpen": ["sharpness", "more sharpness", "more detail", "more details", "sharper edges", "a sharpen effect", "sharpening", "better focus", "sharper details", "less blur"],
    "posterize": ["a poster effect", "a posterize effect", "fewer colors", "a poster look", "a posterization effect", "only a few colors", "a posterized look"],
    "flip": ["a mirror effect", "left and right swapped", "a horizontal flip", "the sides swapped", "a mirror image"],
    "upside down": ["a vertical flip", "top and bottom swapped"],
    "border": ["a border", "a white border", "a frame", "a white frame", "white borders", "a thin white border", "a white edge", "a picture frame", "a border around it", "a frame around it"],
    "black border": ["a black border", "a black frame", "black borders", "a thin black border", "a black edge", "a black picture frame", "a black border around it", "a thin black frame"],
    "pixelate": ["a pixel effect", "a mosaic", "a mosaic effect", "big pixels", "bigger pixels", "a pixelated look", "a pixel art look", "a mosaic filter", "large pixels"],
}
# Whole sayings that take no part in the frames.
SAYINGS = {
    "brighter": ["it is too dark", "it's too dark", "this is too dark", "it is so dark", "too dark", "it is much too dark", "the photo is too dark", "it's so dark", "it looks too dark", "it is very dark", "the picture is so dark"],
    "darker": ["it is too bright", "it's too bright", "this is too bright", "it is so bright", "too bright", "it is far too bright", "the photo is too bright", "it's so bright", "it looks too bright", "it is very bright", "the picture is so bright"],
    "warmer": ["it looks too cold", "it is too cold"], "cooler": ["it looks too warm", "it is too warm"], "sharpen": ["it is too blurry", "it's not sharp enough", "it is so blurry"], "blur": ["it is too sharp"],
    "more saturated": ["the colors are too dull", "the colors are too pale"], "less saturated": ["the colors are too strong", "too colorful"],
    "invert": ["a photo negative"], "more contrast": ["it is too flat"], "less contrast": ["too much contrast", "the contrast is too strong", "the contrast is too high"],
}
COLOURS = {"red": ("reddish", "redder", "红"), "green": ("greenish", "greener", "绿"), "blue": ("bluish", "bluer", "蓝")}
# Chinese: predicates (更…, …一点), verbs (把图片…), things added (加上…), and what it turns into (变成…), whole sayings.
CHINESE = {
    "black and white": ([], ["去色", "去掉颜色", "去掉所有颜色", "去掉色彩"], ["黑白滤镜", "黑白效果"], ["黑白", "黑白照片", "黑白的", "灰度图", "黑白照", "单色", "黑白色"], ["不要颜色"]),
    "sepia": (["复古", "怀旧"], ["做旧", "复古处理"], ["复古滤镜", "棕褐色调", "怀旧滤镜", "复古效果", "怀旧色调", "复古感", "复古色调"],
              ["复古色", "棕褐色", "老照片", "怀旧风格", "复古风格", "老照片的样子", "复古的"], ["复古风"]),
    "warmer": (["暖", "温暖", "暖和"], ["调暖", "加暖"], ["暖色", "暖色调", "暖色滤镜", "暖意"], ["暖色调", "暖色"], ["色调暖一点", "色调更暖", "色温调高", "颜色暖一点", "太冷了"]),
    "cooler": (["冷", "清冷"], ["调冷"], ["冷色", "冷色调", "冷色滤镜"], ["冷色调", "冷色"], ["色调冷一点", "色调更冷", "色温调低", "颜色冷一点", "太暖了"]),
    "brighter": (["亮", "明亮"], ["调亮", "提亮", "提高亮度", "增加亮度", "加亮", "增强亮度"], ["亮度", "光线"], ["明亮的"], ["太暗了", "亮度高一点", "亮度调高", "亮度更高", "光线亮一点"]),
    "darker": (["暗", "昏暗"], ["调暗", "压暗", "降低亮度", "减少亮度", "减低亮度"], [], ["暗的"], ["太亮了", "亮度低一点", "亮度调低", "亮度更低", "光线暗一点"]),
    "invert": ([], ["反色", "反转颜色", "颜色反转", "反相", "反转色彩", "反色处理"], ["反色效果", "负片效果", "反相效果"], ["负片", "反色", "底片", "反色的", "负片的样子"], ["颜色反过来", "黑白颠倒"]),
    "more contrast": ([], ["增加对比度", "提高对比度", "增强对比度", "加强对比度", "加大对比度", "加强对比"], ["对比度", "更多对比度"], [],
                      ["对比度更高", "对比更强", "对比度高一点", "对比强一点", "更多对比度", "对比度更强", "对比度大一点"]),
    "less contrast": ([], ["降低对比度", "减少对比度", "减弱对比度", "减小对比度", "减弱对比"], [], [],
                      ["对比度更低", "对比更弱", "对比度低一点", "对比弱一点", "对比度更弱", "对比度小一点", "对比度太高了"]),
    "more saturated": (["鲜艳", "艳丽"], ["增加饱和度", "提高饱和度", "增强饱和度", "增强色彩", "加强色彩"], ["饱和度", "色彩"], ["鲜艳的"],
                       ["颜色更鲜艳", "色彩更鲜艳", "饱和度更高", "饱和度高一点", "颜色更浓", "饱和度调高", "色彩浓一点"]),
    "less saturated": (["淡", "素"], ["降低饱和度", "减少饱和度", "减弱饱和度", "减弱色彩"], [], ["淡色的", "褪色的"],
                       ["颜色更淡", "色彩更淡", "饱和度更低", "饱和度低一点", "颜色浅一点", "饱和度调低", "色彩淡一点"]),
    "blur": (["模糊", "柔和", "朦胧"], ["模糊", "虚化", "模糊处理", "柔化", "模糊化", "高斯模糊"], ["模糊", "模糊效果", "模糊滤镜"], ["模糊的", "模糊"], ["不要那么清晰"]),
    "sharpen": (["清晰", "锐利", "清楚"], ["锐化", "提高清晰度", "增加清晰度", "增强细节", "锐化处理", "增加锐度"], ["锐化", "锐化效果", "清晰度"], ["清晰的"], ["太模糊了", "细节更清晰", "清晰度更高"]),
    "posterize": ([], ["色调分离", "海报化", "减少颜色数量", "减少色阶"], ["海报效果", "色调分离效果", "海报滤镜"], ["海报", "海报风格", "海报效果", "海报的样子"], ["颜色少一点", "海报风"]),
    "flip": ([], ["翻转", "左右翻转", "水平翻转", "镜像", "左右镜像", "左右颠倒", "左右互换", "水平镜像", "左右对调", "左右反转"], ["镜像效果", "左右翻转"], ["镜像"], ["左右换一下"]),
    "upside down": ([], ["上下翻转", "垂直翻转", "上下颠倒", "倒过来", "颠倒", "上下互换", "上下镜像", "垂直镜像", "翻过来", "上下反转"], ["上下翻转"], ["上下颠倒的"], ["上下换一下", "头朝下"]),
    "border": ([], ["加框"], ["边框", "白色边框", "白边", "相框", "白色相框", "白框", "框", "画框", "白色的边框"], ["带边框的"], ["需要边框"]),
    "black border": ([], ["加黑框"], ["黑色边框", "黑边", "黑框", "黑色相框", "黑色的边框", "黑色画框"], ["带黑边的"], ["需要黑色边框", "边框要黑色"]),
    "pixelate": ([], ["像素化", "打马赛克", "马赛克处理", "打码"], ["马赛克", "像素效果", "马赛克效果", "像素滤镜"], ["像素画", "像素风格", "马赛克", "像素风", "大像素"], ["像素大一点"]),
}
for colour, (somewhat, more, character) in COLOURS.items():
    name = f"{colour} tint"
    ADJECTIVES[name] = [colour, somewhat, f"{colour} tinted", more, f"{colour}-tinted", f"more {colour}", f"{colour} toned", f"tinted {colour}", f"{colour} all over"]
    CLAUSES[name] = [f"tint {{it}} {colour}", f"color {{it}} {colour}", f"make everything {colour}", f"tint everything {colour}", f"dye {{it}} {colour}",
                     f"turn everything {colour}", f"bathe {{it}} in {colour}", f"shift {{it}} towards {colour}", f"make all the colors {more}"]
    NOUNS[name] = [f"a {colour} tint", f"a {colour} filter", f"some {colour}", f"more {colour}", f"a {colour} tone", f"a {colour} cast", f"a {colour} hue", f"a {colour} shade",
                   f"a {somewhat} tint", f"a {colour} tinge", f"a {somewhat} tone", f"a {colour} glow"]
    c = character
    CHINESE[name] = ([c, f"偏{c}", f"{c}色", f"泛{c}"], [f"染成{c}色", f"染{c}", f"调成{c}色"], [f"{c}色滤镜", f"{c}色调", f"{c}色", f"{c}色色调"],
                     [f"{c}色", f"{c}色调", f"偏{c}的", f"{c}色调的"], [f"色调偏{c}", f"颜色偏{c}"])
EDITS_SAID = list(CLAUSES)
# Of Chinese sayings, those with one of these ask for a little.
LITTLE = ("一点", "一些")

KEEP = ["keep {it} as it is", "keep {it}", "do nothing", "change nothing", "leave {it} alone", "no change", "no changes", "leave {it} as it is", "don't change anything",
        "keep {it} unchanged", "don't change {it}", "do not change {it}", "leave {it} unchanged", "nothing", "don't touch {it}", "let {it} be", "make no changes", "it is fine as it is",
        "keep everything the same", "don't do anything", "return {it} unchanged", "it is perfect already",
        "保持不变", "不要改变", "保持原样", "不变", "不用改", "什么都不要改", "别改", "原样输出", "不要动", "保留原图", "原图", "不做修改", "维持原样", "就这样"]

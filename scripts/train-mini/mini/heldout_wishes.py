"""Wishes for the evaluation: the prompts of its tables, and wordings held out of training. Degrees stand before the edits' names (degrees.py)."""

# One an edit: what the table is made with.
PROMPTS = {
    "black and white": "make it black and white", "sepia": "add a sepia tone", "red tint": "tint it red", "green tint": "add a green tint",
    "blue tint": "make it bluish", "warmer": "make it warmer", "cooler": "更冷", "brighter": "make it brighter", "darker": "darken the image",
    "invert": "invert the colors", "more contrast": "increase the contrast", "less contrast": "reduce the contrast",
    "more saturated": "make the colors pop", "less saturated": "降低饱和度", "blur": "blur it", "sharpen": "make it sharper",
    "posterize": "posterize it", "flip": "flip it horizontally", "upside down": "turn it upside down", "border": "add a white border",
    "pixelate": "像素化", "black border": "add a black border", "keep": "keep it as it is",
}
# Two edits at once, done one after the other.
COMBINED = {
    "a bit brighter and warmer": ("slightly brighter", "warmer"), "make it black and white and flip it": ("black and white", "flip"),
    "blur it and add a border": ("blur", "border"), "make it darker and cooler": ("darker", "cooler"),
    "make it sepia with a white border": ("sepia", "border"), "变成黑白，然后左右翻转": ("black and white", "flip"),
    "less saturated and upside down": ("less saturated", "upside down"), "pixelate it and tint it green": ("pixelate", "green tint"),
    "inverted and with more contrast": ("invert", "more contrast"), "make it brighter and increase the contrast": ("brighter", "more contrast"),
    "black and white with a blue tint": ("black and white", "blue tint"), "flip it and turn it upside down": ("flip", "upside down"),
    "invert the colors and make it darker": ("invert", "darker"), "调暗一点，更暖": ("slightly darker", "warmer"),
}
# Looked at while phrases.py and wordings.py were written (but not listed there); none of them: the picture stays as it is.
DEVELOPMENT = {
    "turn this into a monochrome picture": ("black and white",), "I'd like it in grayscale": ("black and white",), "give it an old sepia look": ("sepia",),
    "make the photo a lot more red": ("strongly red tint",), "can you warm the photo up": ("warmer",), "a colder tone please": ("cooler",),
    "brighten this up a little": ("slightly brighter",), "it is so dark, make it brighter": ("brighter",), "darken the whole photo": ("darker",),
    "turn all the colors into a negative": ("invert",), "more contrast please": ("more contrast",), "lower contrast please": ("less contrast",),
    "make the colors more vivid": ("more saturated",), "make the colors less vivid": ("less saturated",), "blur everything": ("blur",),
    "make the picture a bit sharper for me": ("slightly sharpen",), "posterize the whole thing": ("posterize",), "mirror my image from left to right": ("flip",),
    "turn the whole photo upside down": ("upside down",), "put a border around the whole photo": ("border",),
    "make the photo all pixelated": ("pixelate",), "把照片变成黑白的": ("black and white",), "让照片更暖": ("warmer",), "把照片模糊一下": ("blur",),
    "照片左右翻转": ("flip",), "把照片上下颠倒": ("upside down",), "给照片加上边框": ("border",), "提高照片的亮度": ("brighter",), "变成蓝色": ("blue tint",),
    "照片反色": ("invert",), "leave the photo as it is": (), "don't change it": (), "put a hat on the cat": (), "make the dog bigger": (),
    "what a nice photo": (), "": (),
    # capitals, other words for the same, what is said by its contrary, and what it can't do beside what it can
    "greyscale": ("black and white",), "monochrome please": ("black and white",), "BLACK AND WHITE": ("black and white",), "MAKE IT BRIGHTER": ("brighter",),
    "FLIP IT": ("flip",), "TURN IT UPSIDE DOWN": ("upside down",), "BLUR THE PHOTO AND ADD A BORDER": ("blur", "border"), "Make It Sepia": ("sepia",),
    "INCREASE THE CONTRAST": ("more contrast",), "PLEASE PIXELATE THIS": ("pixelate",), "add a black border": ("black border",),
    "put it in a black frame": ("black border",), "加黑色边框": ("black border",), "reduce noise and increase contrast": ("more contrast",),
    "remove the car and make it darker": ("darker",), "make it warmer but not brighter": ("warmer",), "less dark please": ("brighter",),
    "not so colorful": ("less saturated",), "make it less blurry": ("sharpen",), "it's too bright, darken it": ("darker",),
    "brighter and with more contrast": ("brighter", "more contrast"), "flip it left to right and turn it on its head": ("flip", "upside down"),
    # things
    "make the house red": (), "turn the grass blue": (), "TURN THE CAR RED": (), "make the white cat black": (), "give the kitchen a green wall": (),
    "make her dress more red": (), "add a red border": (), "reduce the noise": (), "don't make it brighter": (), "no border please": (), "把房子变成蓝色": (),
    # degrees
    "a bit brighter": ("slightly brighter",), "much brighter": ("strongly brighter",), "make it slightly warmer": ("slightly warmer",),
    "make it very blurry": ("strongly blur",), "blur it a little": ("slightly blur",), "increase the contrast a lot": ("strongly more contrast",),
    "slightly desaturate it": ("slightly less saturated",), "a strong blue tint": ("strongly blue tint",), "a subtle sepia tone": ("slightly sepia",),
    "make it a lot darker and flip it": ("strongly darker", "flip"), "much cooler and a bit sharper": ("strongly cooler", "slightly sharpen"),
    "A LOT BRIGHTER": ("strongly brighter",), "亮一点": ("slightly brighter",), "稍微暗一点": ("slightly darker",), "非常亮": ("strongly brighter",),
    "让照片暖很多": ("strongly warmer",), "稍微提高对比度": ("slightly more contrast",), "非常模糊": ("strongly blur",), "更亮": ("brighter",),
}
# Never drawn in training (train_text.py). What an earlier miniature misread of them was seen before phrases.py was given its last patterns.
HELD_OUT = {
    # one edit
    "Could you make this picture black & white?": ("black and white",), "strip all the colour out of this shot": ("black and white",),
    "I would like this in sepia, please": ("sepia",), "give my photo that old brown vintage look": ("sepia",),
    "wash the whole thing in red": ("red tint",), "put a green filter over it": ("green tint",), "the photo should have a blue tone": ("blue tint",),
    "make the tones warmer": ("warmer",), "can this look a little colder?": ("slightly cooler",), "this is way too dark, please brighten it": ("brighter",),
    "up the brightness": ("brighter",), "make my photo darker, it is too bright": ("darker",), "dim the picture a little": ("slightly darker",),
    "show me the negative of this photo": ("invert",), "reverse all of the colours please": ("invert",), "give it more contrast": ("more contrast",),
    "the contrast should be stronger": ("more contrast",), "soften the contrast": ("less contrast",),
    "I want less contrast in this picture": ("less contrast",), "make the colours stronger and more vivid": ("more saturated",),
    "more vibrant colors, please": ("more saturated",), "tone the colors down": ("less saturated",),
    "make the colours less intense": ("less saturated",), "apply a gaussian blur to the photo": ("blur",), "I want the photo to be blurry": ("blur",),
    "sharpen up the details": ("sharpen",), "can you get this picture sharper?": ("sharpen",), "give it a poster look": ("posterize",),
    "use only a few colors": ("posterize",), "mirror this picture horizontally please": ("flip",), "swap the left and right sides": ("flip",),
    "flip this picture on its head": ("upside down",), "flip the photo from top to bottom": ("upside down",),
    "surround the photo with a white frame": ("border",), "put the picture in a white frame": ("border",),
    "turn this into a mosaic of big pixels": ("pixelate",), "pixelate everything": ("pixelate",), "Brightr please": ("brighter",),
    "请把这张照片改成黑白的": ("black and white",), "来点复古的感觉": ("slightly sepia",), "给照片加一点红色调": ("slightly red tint",), "让画面偏绿": ("green tint",),
    "整体偏蓝一点": ("slightly blue tint",), "色调再暖一些": ("slightly warmer",), "画面冷一点": ("slightly cooler",), "太暗了，调亮一点": ("slightly brighter",),
    "照片太亮了，暗一些": ("slightly darker",), "把颜色反过来": ("invert",), "对比度调高": ("more contrast",), "对比度调低一点": ("slightly less contrast",),
    "颜色再鲜艳一点": ("slightly more saturated",), "颜色淡一些": ("slightly less saturated",), "把这张图变得模糊": ("blur",), "照片再清晰一些": ("slightly sharpen",),
    "做成海报的样子": ("posterize",), "把这张照片左右镜像一下": ("flip",), "把照片上下翻过来": ("upside down",), "加一圈白边": ("border",),
    "给这张图打上马赛克": ("pixelate",),
    # several edits
    "make it black and white, then flip it horizontally": ("black and white", "flip"),
    "black and white with a white border": ("black and white", "border"), "brighter and more contrast please": ("brighter", "more contrast"),
    "make it a little warmer and a little brighter": ("slightly warmer", "slightly brighter"), "darken it and add a blue tint": ("darker", "blue tint"),
    "blur the picture and turn it upside down": ("blur", "upside down"), "Sharpen it, then add a frame": ("sharpen", "border"),
    "sepia and blurry": ("sepia", "blur"), "turn it upside down and make it darker": ("upside down", "darker"),
    "mirror it and pixelate it": ("flip", "pixelate"), "invert the colors and flip it": ("invert", "flip"),
    "make it cooler but brighter": ("cooler", "brighter"), "flip it and make it black and white": ("flip", "black and white"),
    "add a border and make it sepia": ("border", "sepia"), "I want it black and white but also a bit darker": ("black and white", "slightly darker"),
    "less contrast, more saturation": ("less contrast", "more saturated"), "make it much warmer and slightly darker": ("strongly warmer", "slightly darker"),
    "posterize it and give it a white border": ("posterize", "border"), "make it reddish and blurry": ("red tint", "blur"),
    "a blurry black and white photo": ("blur", "black and white"), "把照片变成黑白，再加上白色边框": ("black and white", "border"),
    "调亮一点，并且更暖": ("slightly brighter", "warmer"), "左右翻转并且加边框": ("flip", "border"), "先模糊，然后上下颠倒": ("blur", "upside down"),
    "变暗，加一点蓝色调": ("darker", "slightly blue tint"), "复古色，再左右镜像": ("sepia", "flip"), "更鲜艳，更清晰": ("more saturated", "sharpen"),
    "把图片像素化然后反色": ("pixelate", "invert"), "锐化一下，再提高对比度": ("sharpen", "more contrast"),
    "make it black and white, flip it and add a border": ("black and white", "flip", "border"),
    "brighter, warmer and sharper": ("brighter", "warmer", "sharpen"), "黑白，模糊，加边框": ("black and white", "blur", "border"),
    # nothing that it can do
    "remove the background": (), "make it look like an oil painting": (), "add a red hat to the man": (), "turn the car blue": (),
    "where was this taken?": (), "swap the dog for a horse": (), "make her eyes green": (), "put sunglasses on him": (),
    "can you write a story about this": (), "erase the people in the back": (), "add some clouds to the sky": (), "rotate it by 45 degrees": (),
    "crop the left half": (), "make the black dog white": (), "what colour is the house?": (), "give the room a blue sofa": (),
    "change the season to winter": (), "make it snow": (), "hello there, how are you": (), "I love this picture": (),
    "add text that says hello": (), "make the tree taller": (), "把背景去掉": (), "给他戴上墨镜": (), "把车换成红色的": (), "变成油画风格": (),
    "这张照片是在哪里拍的": (), "加一个蓝色的气球": (), "让她笑一笑": (), "删掉右边的人": (), "把天空换成夜晚": (), "你能做什么": (),
    "保持原来的样子": (), "leave everything exactly as it was": (), "no changes needed": (), "make the sky more blue": (),
}

"""Wishes for the evaluation: the prompts of its tables, and wordings that phrases.py does not list."""

# One an edit: what the table is made with.
PROMPTS = {
    "black and white": "make it black and white", "sepia": "add a sepia tone", "red tint": "tint it red", "green tint": "add a green tint",
    "blue tint": "make it bluish", "warmer": "make it warmer", "cooler": "更冷", "brighter": "make it brighter", "darker": "darken the image",
    "invert": "invert the colors", "more contrast": "increase the contrast", "less contrast": "reduce the contrast",
    "more saturated": "make the colors pop", "less saturated": "降低饱和度", "blur": "blur it", "sharpen": "make it sharper",
    "posterize": "posterize it", "flip": "flip it horizontally", "upside down": "turn it upside down", "border": "add a white border",
    "pixelate": "像素化", "keep": "keep it as it is",
}
# Two edits at once, done one after the other.
COMBINED = {
    "a bit brighter and warmer": ("brighter", "warmer"), "make it black and white and flip it": ("black and white", "flip"),
    "blur it and add a border": ("blur", "border"), "make it darker and cooler": ("darker", "cooler"),
    "make it sepia with a white border": ("sepia", "border"), "变成黑白，然后左右翻转": ("black and white", "flip"),
    "less saturated and upside down": ("less saturated", "upside down"), "pixelate it and tint it green": ("pixelate", "green tint"),
}
# Wordings of single edits that are not listed in phrases.py (its frames may come near), and wishes that should change nothing (None).
UNSEEN = {
    "turn this into a monochrome picture": "black and white", "I'd like it in grayscale": "black and white", "give it an old sepia look": "sepia",
    "make the photo a lot more red": "red tint", "can you warm the photo up": "warmer", "a colder tone please": "cooler",
    "brighten this up a little": "brighter", "it is so dark, make it brighter": "brighter", "darken the whole photo": "darker",
    "turn all the colors into a negative": "invert", "more contrast please": "more contrast", "lower contrast please": "less contrast",
    "make the colors more vivid": "more saturated", "make the colors less vivid": "less saturated", "blur everything": "blur",
    "make the picture a bit sharper for me": "sharpen", "posterize the whole thing": "posterize", "mirror my image from left to right": "flip",
    "turn the whole photo upside down": "upside down", "put a border around the whole photo": "border", "make the photo all pixelated": "pixelate",
    "把照片变成黑白的": "black and white", "让照片更暖": "warmer", "把照片模糊一下": "blur", "照片左右翻转": "flip", "把照片上下颠倒": "upside down",
    "给照片加上边框": "border", "提高照片的亮度": "brighter", "变成蓝色": "blue tint", "照片反色": "invert",
    "leave the photo as it is": None, "don't change it": None, "put a hat on the cat": None, "make the dog bigger": None, "what a nice photo": None,
    "": None,
}

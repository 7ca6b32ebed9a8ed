"""Every number of the recipe in one place."""

SEED = 20240
AREA = 256 * 256  # pixels of the condition picture, what service.json's condition_area says
# The sizes at which every edit works, flips too, as measured by benchmarks/sizes.mjs: about those that the flips are fitted on (start.py).
MIN_AREA, MAX_AREA, MAX_SIDE = 256 * 224, 288 * 256, 352
STEPS = 4
SHIFT = 3.0  # the schedule's shift: base_shift = max_shift = ln 3

VAE = dict(base_dim=4, z_dim=24, dim_mult=[4, 9, 18], num_res_blocks=2, attn_scales=[], temperal_downsample=[False, True])
FACTOR = 4  # pixels a latent cell: two downsamplings
TOKEN = 2 * FACTOR  # pixels a transformer token

TEXT_WIDTH, TEXT_LAYERS = 128, 6
TEXT_HEAD = 32  # what the three parts of mrope_section are cut from
TRANSFORMER = dict(
    patch_size=2, in_channels=4 * VAE["z_dim"], out_channels=VAE["z_dim"], num_layers=6, attention_head_dim=64, num_attention_heads=4,
    joint_attention_dim=TEXT_WIDTH, guidance_embeds=False, axes_dims_rope=[16, 24, 24],
)
# The vision tower sees pictures of at most this many pixels: 16 tokens after merging for a square one.
VISION_MIN_PIXELS, VISION_MAX_PIXELS = 56 * 56, 112 * 112

VIEWS_A_PHOTO = 5
DRAWN_VIEWS = 50
EMPTY_PROMPTS = 0.04  # of the wishes that ask for nothing: the empty prompt itself
ROPE_BASE = 10000.0  # of the rotary embedding: fixed in the class

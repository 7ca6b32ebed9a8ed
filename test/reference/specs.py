"""The tiny checkpoints: what each one varies. Together they cover the layouts, naming styles and shapes that published folders have."""

import math
from dataclasses import dataclass, field

PUBLISHED_SCHEDULER = {
    "_class_name": "FlowMatchEulerDiscreteScheduler",
    "_diffusers_version": "0.35.0.dev0",
    "base_image_seq_len": 256,
    "base_shift": 0.5,
    "invert_sigmas": False,
    "max_image_seq_len": 8192,
    "max_shift": 0.9,
    "num_train_timesteps": 1000,
    "shift": 1.0,
    "shift_terminal": 0.02,
    "stochastic_sampling": False,
    "time_shift_type": "exponential",
    "use_beta_sigmas": False,
    "use_dynamic_shifting": True,
    "use_exponential_sigmas": False,
    "use_karras_sigmas": False,
}
LIGHTNING_SCHEDULER = {**PUBLISHED_SCHEDULER, "base_shift": math.log(3), "max_shift": math.log(3), "shift_terminal": None}
STATIC_SCHEDULER = {**PUBLISHED_SCHEDULER, "use_dynamic_shifting": False, "shift": 3.0, "shift_terminal": None}


@dataclass(frozen=True)
class Language:
    """Qwen2.5-VL's language model; the hidden size is heads · head_dim."""

    heads: int
    kv_heads: int
    head_dim: int
    layers: int
    intermediate: int
    mrope_section: tuple[int, int, int]
    rope_theta: float = 1000000.0
    rms_norm_eps: float = 1e-6
    tied: bool = False

    @property
    def hidden(self) -> int:
        return self.heads * self.head_dim


@dataclass(frozen=True)
class Vision:
    """Qwen2.5-VL's vision tower; `window_size` is in pixels."""

    heads: int
    head_dim: int
    depth: int
    intermediate: int
    full_attention_blocks: tuple[int, ...]
    window_size: int

    @property
    def hidden(self) -> int:
        return self.heads * self.head_dim


@dataclass(frozen=True)
class Denoiser:
    heads: int
    head_dim: int
    layers: int
    axes: tuple[int, int, int]


@dataclass(frozen=True)
class Vae:
    base_dim: int
    dim_mult: tuple[int, ...]
    res_blocks: int
    temporal: tuple[bool, ...]
    z_dim: int

    @property
    def scale_factor(self) -> int:
        return 2 ** len(self.temporal)


@dataclass(frozen=True)
class Spec:
    name: str
    about: str
    language: Language
    vision: Vision
    denoiser: Denoiser
    vae: Vae
    scheduler: dict[str, object]
    pipeline: str = "QwenImageEditPipeline"
    zero_cond_t: bool | None = None
    """None for a transformer config that was written before the key was there."""
    merges: int = 200
    tokenizer_folder_merges: int | None = None
    """Where set, tokenizer/ holds another tokenizer than processor/, so that reading the wrong one shows."""
    min_pixels: int = 3136
    max_pixels: int = 12845056
    transformers_4: bool = False
    """Flat text encoder config and tensor names visual.*, model.*; otherwise nested and model.visual.*, model.language_model.*."""
    processor_config: bool = False
    """processor_config.json as transformers 5 saves it; otherwise preprocessor_config.json."""
    processor_class: str = "Qwen2VLProcessor"
    tokenizer_json: bool = True
    tokenizer_json_alone: bool = False
    """No vocab.json and merges.txt beside it, as transformers 5 saves tokenizers."""
    shards: int = 1
    dtype: str = "float32"
    service: dict[str, object] | None = field(default_factory=dict)
    """service.json's content; None for a checkpoint without one."""

    @property
    def is_plus(self) -> bool:
        return self.pipeline == "QwenImageEditPlusPipeline"

    @property
    def condition_areas(self) -> list[int]:
        """Pixels that each picture is brought to: one area for both readers, or the vision tower's and then the VAE's."""
        published = {"condition_area": 384 * 384, "vae_area": 1024 * 1024} if self.is_plus else {"condition_area": 1024 * 1024}
        return [int((self.service or {}).get(key, area)) for key, area in published.items()]  # type: ignore[call-overload]


SPECS = [
    Spec(
        name="plain",
        about="transformers 5 style, published schedule, windows of 4 with right, bottom and corner remainders",
        language=Language(heads=4, kv_heads=2, head_dim=8, layers=2, intermediate=40, mrope_section=(2, 1, 1)),
        vision=Vision(heads=2, head_dim=8, depth=3, intermediate=36, full_attention_blocks=(1,), window_size=112),
        denoiser=Denoiser(heads=2, head_dim=12, layers=2, axes=(4, 4, 4)),
        vae=Vae(base_dim=4, dim_mult=(1, 1, 2, 2), res_blocks=1, temporal=(False, True, True), z_dim=16),
        scheduler=PUBLISHED_SCHEDULER,
        processor_config=True,
        processor_class="Qwen2_5_VLProcessor",
        service={
            "model_id": "tiny-plain",
            "condition_area": 16384,
            "native_area": 16384,
            "default_size": "64x64",
            "default_steps": 2,
            "default_true_cfg_scale": 4.0,
        },
    ),
    Spec(
        name="grouped",
        about="transformers 4 style and tensor names, 7 query heads on 1 key head, Lightning schedule, VAE with 2 downsamplings and 8 channels,"
        " tokenizer/ other than processor/, max_pixels shrinks the vision picture",
        language=Language(
            heads=7, kv_heads=1, head_dim=8, layers=2, intermediate=40, mrope_section=(1, 1, 2), rope_theta=10000.0, rms_norm_eps=1e-5, tied=True
        ),
        vision=Vision(heads=1, head_dim=16, depth=4, intermediate=28, full_attention_blocks=(1, 3), window_size=56),
        denoiser=Denoiser(heads=3, head_dim=8, layers=2, axes=(4, 2, 2)),
        vae=Vae(base_dim=4, dim_mult=(1, 2, 2), res_blocks=1, temporal=(False, True), z_dim=8),
        scheduler=LIGHTNING_SCHEDULER,
        merges=120,
        tokenizer_folder_merges=100,
        max_pixels=10000,
        transformers_4=True,
        service={"model_id": "tiny-grouped", "condition_area": 16384},
    ),
    Spec(
        name="sharded",
        about="shards with an index, only vocab.json and merges.txt, tied embeddings, static shift, windows of 3, min_pixels enlarges the vision picture",
        language=Language(heads=2, kv_heads=2, head_dim=16, layers=1, intermediate=48, mrope_section=(2, 3, 3), tied=True),
        vision=Vision(heads=2, head_dim=12, depth=2, intermediate=32, full_attention_blocks=(0,), window_size=84),
        denoiser=Denoiser(heads=2, head_dim=8, layers=3, axes=(2, 2, 4)),
        vae=Vae(base_dim=4, dim_mult=(1, 1, 1, 2), res_blocks=2, temporal=(True, False, True), z_dim=16),
        scheduler=STATIC_SCHEDULER,
        min_pixels=28224,
        tokenizer_json=False,
        shards=3,
        service={"condition_area": 9216},
    ),
    Spec(
        name="bfloat",
        about="weights stored as bfloat16 (computed in float32), 4 query heads on 1 key head, one wide denoiser head",
        language=Language(heads=4, kv_heads=1, head_dim=12, layers=2, intermediate=32, mrope_section=(1, 3, 2)),
        vision=Vision(heads=3, head_dim=8, depth=3, intermediate=40, full_attention_blocks=(2,), window_size=56),
        denoiser=Denoiser(heads=1, head_dim=32, layers=2, axes=(8, 12, 12)),
        vae=Vae(base_dim=4, dim_mult=(1, 1, 2, 3), res_blocks=1, temporal=(False, True, True), z_dim=16),
        scheduler=PUBLISHED_SCHEDULER,
        merges=260,
        transformers_4=True,
        dtype="bfloat16",
        service={"condition_area": 4096},
    ),
    Spec(
        name="native",
        about="no service.json: the condition picture has diffusers' own area of one megapixel",
        language=Language(heads=2, kv_heads=1, head_dim=8, layers=1, intermediate=24, mrope_section=(2, 1, 1)),
        vision=Vision(heads=1, head_dim=8, depth=2, intermediate=16, full_attention_blocks=(1,), window_size=112),
        denoiser=Denoiser(heads=1, head_dim=16, layers=1, axes=(4, 6, 6)),
        vae=Vae(base_dim=2, dim_mult=(1, 2, 2, 2), res_blocks=1, temporal=(False, True, True), z_dim=16),
        scheduler=PUBLISHED_SCHEDULER,
        service=None,
    ),
    Spec(
        name="plus-2509",
        about="several references; transformers 4 style and tensor names, a transformer config without the newer keys, shards, windows of 4",
        language=Language(heads=4, kv_heads=2, head_dim=8, layers=2, intermediate=40, mrope_section=(1, 2, 1)),
        vision=Vision(heads=2, head_dim=8, depth=3, intermediate=36, full_attention_blocks=(1,), window_size=112),
        denoiser=Denoiser(heads=2, head_dim=12, layers=2, axes=(4, 4, 4)),
        vae=Vae(base_dim=4, dim_mult=(1, 1, 2, 2), res_blocks=1, temporal=(False, True, True), z_dim=16),
        scheduler=PUBLISHED_SCHEDULER,
        pipeline="QwenImageEditPlusPipeline",
        transformers_4=True,
        shards=2,
        service={"condition_area": 9216, "vae_area": 16384},
    ),
    Spec(
        name="plus-2511",
        about="several references modulated as at timestep 0; transformers 5 style, tokenizer.json alone, Lightning schedule, wide heads, VAE with 2 downsamplings",
        language=Language(heads=3, kv_heads=1, head_dim=12, layers=2, intermediate=48, mrope_section=(2, 2, 2), rope_theta=10000.0),
        vision=Vision(heads=1, head_dim=16, depth=2, intermediate=32, full_attention_blocks=(1,), window_size=56),
        denoiser=Denoiser(heads=2, head_dim=16, layers=3, axes=(4, 4, 8)),
        vae=Vae(base_dim=4, dim_mult=(1, 2, 2), res_blocks=1, temporal=(True, False), z_dim=8),
        scheduler=LIGHTNING_SCHEDULER,
        pipeline="QwenImageEditPlusPipeline",
        zero_cond_t=True,
        processor_config=True,
        processor_class="Qwen2_5_VLProcessor",
        tokenizer_json_alone=True,
        service={"condition_area": 12544, "vae_area": 4096, "native_area": 4096, "default_size": "auto"},
    ),
]

# For weight files of others: as wide as a super-block of GGUF, heads as the published ones, whose rotary axes need no config.
WEIGHT_FILES = Spec(
    name="weight-files",
    about="the transformer as a GGUF or a single safetensors file",
    language=Language(heads=4, kv_heads=2, head_dim=64, layers=1, intermediate=64, mrope_section=(8, 12, 12), tied=True),
    vision=Vision(heads=1, head_dim=16, depth=2, intermediate=32, full_attention_blocks=(1,), window_size=56),
    denoiser=Denoiser(heads=2, head_dim=128, layers=2, axes=(16, 56, 56)),
    vae=Vae(base_dim=4, dim_mult=(1, 1, 2, 2), res_blocks=1, temporal=(False, True, True), z_dim=16),
    scheduler=PUBLISHED_SCHEDULER,
    pipeline="QwenImageEditPlusPipeline",
    zero_cond_t=True,
    dtype="bfloat16",
    service={"condition_area": 12544, "vae_area": 4096, "native_area": 4096, "default_size": "64x64"},
)

"""diffusers' own pipelines with the three changes that the service's references have; everything else is diffusers' as installed.

1. The text encoder gets `mm_token_type_ids`, which the pipeline drops: without them transformers 5 falls back to one-dimensional
   positions, which the model was not trained with.
2. The condition pictures' areas come from the checkpoint's service.json, where it has one.
3. With one step the schedule's stretch to shift_terminal divides zero by zero: it is skipped.
"""

import json
from collections.abc import Callable
from pathlib import Path

import torch
from diffusers import FlowMatchEulerDiscreteScheduler, QwenImageEditPipeline, QwenImageEditPlusPipeline
from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit, pipeline_qwenimage_edit_plus
from transformers import Qwen2_5_VLForConditionalGeneration

published_dimensions = pipeline_qwenimage_edit.calculate_dimensions
PUBLISHED_PLUS_AREAS = (pipeline_qwenimage_edit_plus.CONDITION_IMAGE_SIZE, pipeline_qwenimage_edit_plus.VAE_IMAGE_SIZE)

Pipeline = QwenImageEditPipeline | QwenImageEditPlusPipeline
_published_stretch = FlowMatchEulerDiscreteScheduler.stretch_shift_to_terminal


def _stretch(self: FlowMatchEulerDiscreteScheduler, sigmas: torch.Tensor) -> torch.Tensor:
    return sigmas if len(sigmas) == 1 else _published_stretch(self, sigmas)


FlowMatchEulerDiscreteScheduler.stretch_shift_to_terminal = _stretch


class PositionProbe:
    """Keeps what get_rope_index last answered, as the proof that the three-dimensional positions are really in use."""

    def __init__(self, text_encoder: Qwen2_5_VLForConditionalGeneration) -> None:
        self.calls = 0
        self.positions: torch.Tensor | None = None
        self._inner: Callable[..., tuple[torch.Tensor, torch.Tensor]] = text_encoder.model.get_rope_index
        text_encoder.model.get_rope_index = self._call

    def _call(self, *arguments: object, **keywords: object) -> tuple[torch.Tensor, torch.Tensor]:
        positions, deltas = self._inner(*arguments, **keywords)
        self.calls += 1
        self.positions = positions
        return positions, deltas


def _forward_token_types(module: torch.nn.Module, arguments: tuple[object, ...], keywords: dict[str, object]):
    input_ids = keywords["input_ids"]
    token_types = (input_ids == module.config.image_token_id).long()
    return arguments, {**keywords, "mm_token_type_ids": token_types}


def load(folder: Path, dtype: torch.dtype = torch.float32) -> tuple[Pipeline, PositionProbe]:
    """Opens a checkpoint by its class. Its condition areas stay in force until the next `load`."""
    is_plus = json.loads((folder / "model_index.json").read_text())["_class_name"] == "QwenImageEditPlusPipeline"
    pipeline = (QwenImageEditPlusPipeline if is_plus else QwenImageEditPipeline).from_pretrained(str(folder), torch_dtype=dtype)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.text_encoder.register_forward_pre_hook(_forward_token_types, with_kwargs=True)
    service = json.loads((folder / "service.json").read_text()) if (folder / "service.json").exists() else {}
    if is_plus:
        small, large = PUBLISHED_PLUS_AREAS
        pipeline_qwenimage_edit_plus.CONDITION_IMAGE_SIZE = service.get("condition_area", small)
        pipeline_qwenimage_edit_plus.VAE_IMAGE_SIZE = service.get("vae_area", large)
    else:
        area = service.get("condition_area", 1024 * 1024)
        pipeline_qwenimage_edit.calculate_dimensions = lambda _area, ratio: published_dimensions(area, ratio)
    return pipeline, PositionProbe(pipeline.text_encoder)


def condition_size(area: int, width: int, height: int) -> tuple[int, int]:
    """A condition picture's (width, height)."""
    found_width, found_height, *_ = published_dimensions(area, width / height)
    return found_width, found_height

"""diffusers' own pipeline over the exported folder, with the two things it needs.

The condition area is hard-coded in diffusers (1024²) and comes from service.json here; and the pipeline drops
`mm_token_type_ids`, without which transformers 5 falls back to one-dimensional positions (diffusers issue 14194).
"""

import json
from pathlib import Path

import torch
from diffusers import QwenImageEditPipeline
from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit


def open_pipeline(folder: Path) -> QwenImageEditPipeline:
    area = json.loads((folder / "service.json").read_text(encoding="utf-8"))["condition_area"]
    original = getattr(pipeline_qwenimage_edit.calculate_dimensions, "original", pipeline_qwenimage_edit.calculate_dimensions)

    def dimensions(_, ratio):
        return original(area, ratio)

    dimensions.original = original
    pipeline_qwenimage_edit.calculate_dimensions = dimensions
    pipeline = QwenImageEditPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    encoder = pipeline.text_encoder
    forward = encoder.forward

    def with_kinds(input_ids=None, **given):
        return forward(input_ids=input_ids, mm_token_type_ids=(input_ids == encoder.config.image_token_id).int(), **given)

    encoder.forward = with_kinds
    pipeline.set_progress_bar_config(disable=True)
    return pipeline

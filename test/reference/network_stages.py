"""What diffusers and transformers make of the inputs of one of the service's graphs: their modules in the same cuts.

A run has the graph's inputs and float32 outputs by name, and what else describes it (see record-graphs.mjs).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from repaired import Pipeline

Tensors = dict[str, torch.Tensor]


@dataclass
class Run:
    """One run of a graph."""

    inputs: Tensors
    outputs: Tensors
    described: dict[str, str]


def _dtype(pipeline: Pipeline) -> torch.dtype:
    return next(pipeline.transformer.parameters()).dtype


def _vision_tower(pipeline: Pipeline, run: Run) -> torch.Tensor:
    grid = torch.tensor([json.loads(run.described["grid"])])
    return pipeline.text_encoder.model.visual(run.inputs["pixel_values"].to(_dtype(pipeline)), grid_thw=grid).pooler_output


def _language_model(pipeline: Pipeline, run: Run) -> torch.Tensor:
    model = pipeline.text_encoder.model.language_model
    dtype = _dtype(pipeline)
    embedded = torch.cat([model.embed_tokens(run.inputs["input_ids"]), run.inputs["image_embeds"].to(dtype)])
    cos, sin = (torch.cat([run.inputs[name]] * 2, dim=-1)[None].to(dtype) for name in ("cos", "sin"))
    inner = model.rotary_emb.forward
    model.rotary_emb.forward = lambda *_: (cos, sin)
    try:
        result = model(
            inputs_embeds=embedded[run.inputs["embed_order"]][None],
            attention_mask={"full_attention": run.inputs["attention_bias"].to(dtype)},
            use_cache=False,
        )
    finally:
        model.rotary_emb.forward = inner
    return result.last_hidden_state[0]


def _prompt_projection(pipeline: Pipeline, run: Run) -> torch.Tensor:
    transformer = pipeline.transformer
    return transformer.txt_in(transformer.txt_norm(run.inputs["prompt_embeds"].to(_dtype(pipeline))))


def _modulation(pipeline: Pipeline, run: Run) -> torch.Tensor:
    """Packed as the service's modulation-layout.ts has it, with 1 added to the scales."""
    transformer = pipeline.transformer
    conditioning = transformer.time_text_embed.timestep_embedder(run.inputs["timestep_embedding"].to(_dtype(pipeline)))
    pieces = []
    for index, block in enumerate(transformer.transformer_blocks):
        is_last = index == len(transformer.transformer_blocks) - 1
        for layer, count in ((block.img_mod, 6), (block.txt_mod, 2 if is_last else 6)):
            made = layer(conditioning).chunk(6, dim=-1)[:count]
            pieces += [1 + piece if number % 3 == 1 else piece for number, piece in enumerate(made)]
    out = transformer.norm_out
    scale, shift = out.linear(out.silu(conditioning)).chunk(2, dim=-1)
    return torch.cat([*pieces, 1 + scale, shift], dim=-1)


def _unpacked(packed: torch.Tensor, width: int, blocks: int) -> tuple[torch.Tensor, list[tuple[torch.Tensor, torch.Tensor]]]:
    """What norm_out's linear layer gave, and each block's img_mod and txt_mod; what the service leaves out is zero."""
    pieces = list(packed.split(width))

    def six(count: int) -> torch.Tensor:
        made = [pieces.pop(0) for _ in range(count)] + [torch.zeros(width)] * (6 - count)
        return torch.cat([piece - 1 if number % 3 == 1 and number < count else piece for number, piece in enumerate(made)])

    own = [(six(6), six(2 if index == blocks - 1 else 6)) for index in range(blocks)]
    scale, shift = pieces
    return torch.cat([scale - 1, shift]), own


def _denoiser(pipeline: Pipeline, run: Run) -> torch.Tensor:
    """The whole transformer; what stands in other graphs of the service answers what that graph's input holds."""
    transformer = pipeline.transformer
    dtype = _dtype(pipeline)
    blocks = transformer.transformer_blocks
    out, own = _unpacked(run.inputs["modulation"], transformer.inner_dim, len(blocks))
    references = run.inputs.get("reference_modulation")
    of_references = None if references is None else _unpacked(references, transformer.inner_dim, len(blocks))[1]
    text = run.inputs["text"][None].to(dtype)
    answers: list[tuple[torch.nn.Module, torch.Tensor]] = [(transformer.txt_in, text), (transformer.norm_out.linear, out[None].to(dtype))]
    for index, block in enumerate(blocks):
        image = own[index][0][None] if of_references is None else torch.stack([own[index][0], of_references[index][0]])
        answers += [(block.img_mod, image.to(dtype)), (block.txt_mod, own[index][1][None].to(dtype))]
    hooks = [module.register_forward_hook(lambda *_, answer=answer: answer) for module, answer in answers]
    latents = torch.cat([run.inputs["latents"], run.inputs["reference_latents"]])[None].to(dtype)
    shapes = [[(1, *grid) for grid in json.loads(run.described["grids"])]]
    try:
        velocity = transformer(
            hidden_states=latents,
            encoder_hidden_states=torch.zeros(1, text.shape[1], transformer.config.joint_attention_dim, dtype=dtype),
            timestep=torch.tensor([float(run.described["sigma"])]),
            img_shapes=shapes,
            return_dict=False,
        )[0]
    finally:
        for hook in hooks:
            hook.remove()
    return velocity[0, : len(run.inputs["latents"])]


def _statistics(pipeline: Pipeline) -> tuple[torch.Tensor, torch.Tensor]:
    config = pipeline.vae.config
    dtype = _dtype(pipeline)
    return tuple(torch.tensor(values).view(1, -1, 1, 1, 1).to(dtype) for values in (config.latents_mean, config.latents_std))


def _vae_encoder(pipeline: Pipeline, run: Run) -> torch.Tensor:
    mean, std = _statistics(pipeline)
    mode = pipeline.vae.encode(run.inputs["image"].unsqueeze(2).to(_dtype(pipeline))).latent_dist.mode()
    return ((mode - mean) / std).squeeze(2)


def _vae_decoder(pipeline: Pipeline, run: Run) -> torch.Tensor:
    mean, std = _statistics(pipeline)
    latents = run.inputs["latents"].unsqueeze(2).to(_dtype(pipeline))
    return pipeline.vae.decode(latents / (1.0 / std) + mean, return_dict=False)[0].squeeze(2)


STAGES: dict[str, Callable[[Pipeline, Run], torch.Tensor]] = {
    "visionTower": _vision_tower,
    "languageModel": _language_model,
    "promptProjection": _prompt_projection,
    "modulation": _modulation,
    "denoiser": _denoiser,
    "vaeEncoder": _vae_encoder,
    "vaeDecoder": _vae_decoder,
}
"""By the graph's name; each has one output."""


def run_stage(graph: str, pipeline: Pipeline, run: Run) -> torch.Tensor:
    """The graph's output as diffusers computes it, in float32."""
    with torch.no_grad():
        return STAGES[graph](pipeline, run).float()


def seen(graph: str, output: Any) -> Any:
    """The part of an output that is compared: diffusers cuts the decoded picture off at ±1, the service later."""
    return output.clip(-1, 1) if graph == "vaeDecoder" else output

// @ts-check
/** Inputs of the shapes that the largest request has, all zero: on stand-ins nothing reads them. */
import { register } from 'tsx/esm/api';

register();
const { visionLayout } = await import('../../../src/engine/vision/vision-layout.js');
const { loraInputs } = await import('../../../src/engine/transformer/lora-inputs.js');
const { stepsAtOnce } = await import('../../../src/engine/transformer/modulation-schedule.js');
const { TIMESTEP_CHANNELS } = await import('../../../src/checkpoint/transformer-config.js');
const { modulationLength } = await import('../../../src/graph/networks/modulation-layout.js');
const { packedFloats } = await import('../../../src/engine/sessions/packed-floats.js');
const { jointTokens } = await import('../../../src/engine/devices/request-extent.js');

/** @typedef {import('../../../src/engine/open-edit-checkpoint.js').EditCheckpoint} EditCheckpoint */
/** @typedef {import('../../../src/engine/devices/request-extent.js').Extent} Extent */
/** @typedef {import('../../../src/graph/checkpoint-graphs.js').GraphName} GraphName */
/** @typedef {import('../../../src/engine/sessions/onnx-session.js').Inputs} Inputs */
/** @typedef {import('../../../src/engine/sessions/onnx-session.js').InputTensor} InputTensor */
/** @typedef {import('../../../src/graph/graph-builder.js').ComputeType} ComputeType */
/** @typedef {import('../../../src/graph/lora/lora-stacks.js').LoraLayout} LoraLayout */

/** @param {number[]} shape @returns {InputTensor & { data: Float32Array }} */
const zeros = (...shape) => ({ data: new Float32Array(shape.reduce((product, size) => product * size, 1)), shape });

/** @param {readonly number[]} values @param {number[]} shape @returns {InputTensor} */
const integers = (values, ...shape) => ({ data: BigInt64Array.from(values, BigInt), shape });

/** @param {number} count */
const upTo = (count) => Array.from({ length: count }, (_, index) => index);

/** The side of a square of at most so many pixels. @param {number} pixels @param {number} step that it is a multiple of */
const side = (pixels, step) => Math.floor(Math.sqrt(pixels) / step) * step;

/**
 * @param {EditCheckpoint} checkpoint
 * @param {Extent} extent
 * @param {readonly LoraLayout[]} layouts of LoRAs, all of which are used
 * @param {ComputeType} computeType of the graphs
 * @returns {Readonly<Record<GraphName, () => Inputs>>}
 */
export function graphInputs({ transformer, textEncoder, vae, loras }, extent, layouts, computeType) {
  const { config: joint } = transformer;
  const { config: language } = textEncoder;
  const { vision } = language;
  const { zDim, spatialCompression } = vae.config;
  const { imageTokens, languageTokens, textTokens, targetTokens, referenceTokens } = extent;
  const grid = side(extent.patches, vision.spatialMergeSize);
  const patches = grid ** 2;
  const encodedSide = side(extent.encodedPixels, spatialCompression);
  const latentSide = side(extent.madePixels, spatialCompression) / spatialCompression;
  const tokens = jointTokens(extent);
  const used = loraInputs(
    layouts,
    loras.loras.map(({ name }) => ({ name, scale: 1 })),
  );
  const vector = modulationLength(joint);
  const packedZeros = (/** @type {number[]} */ ...shape) => packedFloats(computeType, zeros(...shape).data, ...shape);
  return {
    visionTower: () => {
      const layout = visionLayout(grid, grid, vision);
      const windows = layout.groups.map((group, index) => [
        `window_group_${index}`,
        integers(group.indices, group.windows, group.patches),
      ]);
      return {
        pixel_values: zeros(patches, vision.inChannels * vision.temporalPatchSize * vision.patchSize ** 2),
        cos: zeros(patches, vision.headDim / 2),
        sin: zeros(patches, vision.headDim / 2),
        window_restore: integers(layout.restore, patches),
        ...Object.fromEntries(windows),
      };
    },
    languageModel: () => ({
      input_ids: integers(upTo(languageTokens).fill(1), languageTokens),
      image_embeds: zeros(imageTokens, language.hiddenSize),
      embed_order: integers(upTo(languageTokens), languageTokens),
      attention_bias: zeros(1, 1, languageTokens, languageTokens),
      cos: zeros(languageTokens, language.headDim / 2),
      sin: zeros(languageTokens, language.headDim / 2),
    }),
    promptProjection: () => ({ prompt_embeds: zeros(textTokens, joint.jointAttentionDim), ...used }),
    modulation: () => ({
      timestep_embedding: zeros(stepsAtOnce(vector) + (joint.zeroCondT ? 1 : 0), TIMESTEP_CHANNELS),
      ...used,
    }),
    denoiser: () => ({
      latents: zeros(targetTokens, joint.inChannels),
      reference_latents: packedZeros(referenceTokens, joint.inChannels),
      text: packedZeros(textTokens, joint.innerDim),
      modulation: packedZeros(vector),
      ...(joint.zeroCondT ? { reference_modulation: packedZeros(vector) } : {}),
      positions: {
        data: new Int32Array(tokens * joint.axesDimsRope.length),
        shape: [tokens, joint.axesDimsRope.length],
      },
      ...used,
    }),
    vaeEncoder: () => ({ image: zeros(1, vae.config.inputChannels, encodedSide, encodedSide) }),
    vaeDecoder: () => ({ latents: zeros(1, zDim, latentSide, latentSide) }),
  };
}

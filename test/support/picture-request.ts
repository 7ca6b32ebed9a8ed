import { randomUUID } from 'node:crypto';
import type { SizeRules } from '../../src/images/output-size.js';
import type { PictureRequest } from '../../src/protocol/picture-request.js';
import { pictureFile, type PictureCase } from './fixtures.js';
import { inputPicture } from './input-picture.js';

/** What the engine is asked for to make a golden's picture. */
export async function pictureRequest(item: PictureCase, sizeRules: SizeRules): Promise<PictureRequest> {
  const [width, height] = item.size;
  return {
    prompt: item.prompt,
    negativePrompt: item.negative_prompt ?? ' ',
    references: await Promise.all(item.pictures.map((name) => inputPicture(pictureFile(name), sizeRules))),
    editKey: randomUUID(),
    size: { width, height },
    numInferenceSteps: item.num_inference_steps,
    trueCfgScale: item.true_cfg_scale,
    seed: item.seed,
    maxSequenceLength: 1024,
    outputType: 'pil',
    partialImages: 0,
    loras: [],
    masked: null,
  };
}

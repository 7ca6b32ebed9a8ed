import type { EditJob } from '../../src/jobs/edit-job.js';
import type { EditSettings } from '../../src/protocol/edit-settings.js';

/** The model of all test jobs. */
export const MODEL = 'qwen-edit:test';

export const SETTINGS: EditSettings = {
  prompt: 'make it blue',
  negativePrompt: ' ',
  size: { width: 1024, height: 1024 },
  numInferenceSteps: 50,
  trueCfgScale: 4,
  seed: 1,
  maxSequenceLength: 512,
  outputType: 'pil',
  partialImages: 0,
  loras: [],
};

/** A job with so many pictures of each input. */
export function editJob(n: number, changes: Partial<EditSettings> = {}): EditJob {
  return {
    model: MODEL,
    settings: { ...SETTINGS, ...changes },
    n,
    outputFormat: 'png',
    quality: 100,
    wantsProgress: false,
    inputPictures: 1,
    warnings: [],
  };
}

// @ts-check
/** Pictures of the tiny checkpoints, against those that diffusers made in float32. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOurs } from '../support/contestants.mjs';
import { tableHead, tableRow, words } from '../support/figures.mjs';
import { psnr } from '../support/psnr.mjs';
import { ROOT, serviceEnvironment } from './settings.mjs';

/** One of each class, and one whose weights are bfloat16. */
const CHECKPOINTS = ['plain', 'bfloat', 'plus-2511'];
/** The API takes no smaller sizes. */
const LEAST_SIDE = 64;
const FIXTURES = join(ROOT, 'test', 'fixtures');

/** @param {import('./settings.mjs').Settings} settings */
export async function parity(settings) {
  const folder = await mkdtemp(join(tmpdir(), 'parity-'));
  const apart = JSON.parse(await readFile(join(FIXTURES, 'goldens', 'bfloat16-pictures.json'), 'utf8'));
  console.log(tableHead(['precision', 'checkpoint', 'picture', 'dB to diffusers', 'diffusers’ own bfloat16, dB']));
  try {
    for (const precision of words(settings.service)) {
      for (const checkpoint of CHECKPOINTS) {
        const goldens = join(FIXTURES, 'goldens', checkpoint);
        const { pictures } = JSON.parse(await readFile(join(goldens, 'manifest.json'), 'utf8'));
        const ours = await startOurs({
          checkpoint: join(FIXTURES, 'checkpoints', checkpoint),
          env: serviceEnvironment(settings, precision),
        });
        for (const item of pictures) {
          const [width, height] = item.size;
          if (Math.min(width, height) < LEAST_SIDE) continue;
          const out = join(folder, 'made.png');
          await ours.make(
            {
              pictures: item.pictures.map((/** @type {string} */ name) => join(FIXTURES, 'pictures', name)),
              prompt: item.prompt,
              ...(item.negative_prompt === null ? {} : { negativePrompt: item.negative_prompt }),
              trueCfgScale: item.true_cfg_scale,
              width,
              height,
              steps: item.num_inference_steps,
              seed: item.seed,
            },
            out,
          );
          const distance = await psnr(out, join(goldens, item.expected));
          const own = apart[checkpoint]?.[item.name];
          console.log(tableRow([precision, checkpoint, item.name, distance.toFixed(1), own ?? '']));
        }
        await ours.stop();
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

// @ts-check
/** Edits at the published dimensions, timed: the service's in one precision, or diffusers'. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startDiffusers, startOurs } from '../support/contestants.mjs';
import { median, tableHead, tableRow } from '../support/figures.mjs';
import { watchGpuMemory } from '../support/gpu-memory.mjs';
import { writePhoto } from '../support/photo.mjs';
import { psnr } from '../support/psnr.mjs';
import { planned } from './doctor.mjs';
import { askTorch, gpuLine } from './machine.mjs';
import { peakOf, serviceEnvironment } from './settings.mjs';
import { forwardOf, PIXELS_A_TOKEN } from './forward.mjs';

const PROMPT = 'Make the sky red and the grass blue.';
/** Tokens that PROMPT makes with the published tokenizer. */
const PROMPT_TOKENS = 8;
const TERA = 1e12;

/** @typedef {import('../support/contestants.mjs').Contestant} Contestant */
/** @typedef {import('./settings.mjs').Settings} Settings */

/**
 * Floating-point operations of one forward of the whole transformer, as it stands in diffusers: two for each multiplication
 * of a matrix product. Each token of either stream meets 4·d² weights in the attention's projections and 8·d² in the
 * feed-forward; each pair of tokens d multiplications in the scores and d in their sum.
 * @param {{ numLayers: number, innerDim: number }} config
 * @param {number} tokens of the joint sequence
 */
const forwardOperations = ({ numLayers, innerDim }, tokens) =>
  2 * numLayers * (12 * innerDim ** 2 * tokens + 2 * tokens ** 2 * innerDim);

/**
 * One edit that warms up, then some that count; prints each as it ends.
 * @param {Settings} settings
 * @param {string} name of the picture that is kept
 * @param {() => Promise<Contestant>} start
 */
async function measure(settings, name, start) {
  const pictures = join(settings.work, 'pictures');
  await mkdir(pictures, { recursive: true });
  const reference = join(pictures, 'reference.png');
  await writePhoto(reference, Number(settings.reference));
  const [width = 1024, height = 1024] = settings.size.split('x').map(Number);
  const steps = Number(settings.steps);
  const edit = { pictures: [reference], prompt: PROMPT, trueCfgScale: 4, width, height, steps, seed: 42 };
  const out = join(pictures, `${name}.png`);
  const stopWatching = watchGpuMemory();
  try {
    const contestant = await start();
    console.log(`- loaded in ${contestant.loadSeconds.toFixed(1)} s`);
    const made = await forwardOf(settings.checkpoint, PROMPT_TOKENS, Number(settings.reference));
    const tokens = made.text + made.reference + (width * height) / PIXELS_A_TOKEN;
    const operations = forwardOperations(made, tokens);
    const peak = peakOf(settings, gpuLine());
    console.log(
      `- ${tokens} tokens, ${(operations / TERA).toFixed(1)} TFLOP a forward, ${settings.steps} steps with guidance\n`,
    );
    console.log(
      tableHead([
        'edit',
        's a step',
        's a forward',
        'TFLOP/s',
        'of the peak',
        'text, s',
        'encode, s',
        'decode, s',
        'whole, s',
      ]),
    );
    const forwards = [];
    for (let round = 0; round <= Number(settings.rounds); round += 1) {
      const { whole, text, encode, forward, decode } = await contestant.make(edit, out);
      const speed = operations / forward / TERA;
      const share = peak === undefined ? '' : `${((100 * speed) / peak).toFixed(0)} %`;
      const seconds = [text, encode, decode, whole].map((value) => value.toFixed(3));
      console.log(
        tableRow([
          round === 0 ? 'warm-up' : round,
          (2 * forward).toFixed(3),
          forward.toFixed(3),
          speed.toFixed(1),
          share,
          ...seconds,
        ]),
      );
      if (round > 0) forwards.push(forward);
    }
    console.log(`\n- median ${(2 * median(forwards)).toFixed(3)} s a step`);
    const first = join(pictures, `${settings.service.split(',')[0]}.png`);
    if (first !== out && existsSync(first))
      console.log(`- ${(await psnr(out, first)).toFixed(1)} dB to ${settings.service.split(',')[0]}`);
    await contestant.stop();
  } finally {
    const bytes = stopWatching();
    console.log(
      `- GPU memory at its peak: ${Number.isNaN(bytes) ? 'not told without nvidia-smi' : `${(bytes / 1e9).toFixed(1)} GB`}`,
    );
  }
}

/** @param {Settings} settings @param {string} precision */
export async function serviceEdits(settings, precision) {
  const env = { ...serviceEnvironment(settings, precision), PORT: '0' };
  await measure(settings, precision, () => startOurs({ checkpoint: settings.checkpoint, env }));
  console.log(`- planned:\n${(await planned(settings, precision)).replaceAll(/^/gm, '    ')}`);
}

/** @param {Settings} settings @param {'plain' | 'compiled'} kind */
export async function diffusersEdits(settings, kind) {
  const { python, checkpoint, dtype, device } = settings;
  const torch = askTorch(python);
  if (torch?.diffusers == null || (device === 'cuda' && !torch.cuda)) {
    console.log(`- left out: ${python} has no ${torch?.diffusers == null ? 'diffusers' : 'torch with CUDA'}`);
    return;
  }
  const start = () => startDiffusers({ python, checkpoint, dtype, device, compile: kind === 'compiled' });
  await measure(settings, `diffusers-${kind}`, start);
}

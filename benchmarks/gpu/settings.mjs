// @ts-check
/** What the sections of gpu.mjs are told, and where their files lie. */
import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PROGRAM, ROOT } from '../../scripts/support/program-files.mjs';

export { PROGRAM, ROOT };

/** Dense bfloat16 TFLOP/s by what the driver calls the card; the first that is found in its name counts. */
const PEAKS = /** @type {const} */ ([
  ['H200', 989],
  ['H100 PCIe', 756],
  ['H100', 989],
  ['A100', 312],
  ['L40S', 362],
  ['RTX 4090', 165],
]);

const OPTIONS = /** @type {const} */ ({
  prepare: { type: 'string' },
  piece: { type: 'string', default: '60' },
  rehearse: { type: 'boolean', default: false },
  sections: { type: 'string' },
  run: { type: 'string' },
  again: { type: 'boolean', default: false },
  minutes: { type: 'string', default: '9.5' },
  work: { type: 'string', default: join(tmpdir(), 'qwen-image-edit-gpu') },
  checkpoint: { type: 'string' },
  peak: { type: 'string' },
  python: { type: 'string', default: 'python3' },
  device: { type: 'string' },
  dimensions: { type: 'string' },
  service: { type: 'string' },
  size: { type: 'string' },
  reference: { type: 'string' },
  steps: { type: 'string' },
  rounds: { type: 'string' },
});

/** On a GPU, and in a rehearsal on a CPU, where most processors would take hours in bfloat16. */
const GPU = {
  device: 'cuda',
  dimensions: 'published',
  service: 'bf16,int4',
  size: '1024x1024',
  reference: '1024',
  steps: '4',
  rounds: '2',
};
const REHEARSAL = {
  device: 'cpu',
  dimensions: 'middle',
  service: 'int8,int4',
  size: '256x256',
  reference: '256',
  steps: '2',
  rounds: '1',
};

/** @typedef {ReturnType<typeof readSettings>} Settings */

/** @param {string[]} [args] */
export function readSettings(args) {
  const { values } = parseArgs({ options: OPTIONS, ...(args === undefined ? {} : { args }) });
  const settings = { ...(values.rehearse ? REHEARSAL : GPU), ...values };
  if (settings.dimensions !== 'published' && settings.dimensions !== 'middle') {
    throw new Error('--dimensions is published or middle');
  }
  const work = resolve(settings.work);
  const dimensions = /** @type {'published' | 'middle'} */ (settings.dimensions);
  const checkpoint = resolve(
    settings.checkpoint ?? join(roomyFolder(dimensions), `qwen-image-edit-random-${dimensions}`),
  );
  return { ...settings, dimensions, work, checkpoint, dtype: settings.device === 'cuda' ? 'bfloat16' : 'float32' };
}

/** Memory is the faster disk, where there is enough of it. @param {string} dimensions */
function roomyFolder(dimensions) {
  const bytes = dimensions === 'published' ? 62e9 : 1e9;
  const shared = '/dev/shm';
  if (!existsSync(shared)) return tmpdir();
  const { bavail, bsize } = statfsSync(shared);
  const isThere = existsSync(join(shared, `qwen-image-edit-random-${dimensions}`));
  return dimensions === 'published' && (isThere || bavail * bsize > bytes) ? shared : tmpdir();
}

/** The card's peak in TFLOP/s; undefined where neither the option nor its name tells. @param {Settings} settings @param {string} name */
export const peakOf = ({ peak }, name) =>
  peak === undefined ? PEAKS.find(([known]) => name.includes(known))?.[1] : Number(peak);

/** What the service is started with for a precision. @param {Settings} settings @param {string} precision */
export const serviceEnvironment = ({ work, device }, precision) => ({
  PRECISION: precision,
  DEVICE_MAP: device,
  QUANTIZED_CACHE_DIR: join(work, 'quantized'),
  MAX_OUTPUT_PIXELS: '1048576',
  ...(process.env['LD_LIBRARY_PATH'] === undefined ? {} : { LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] }),
});

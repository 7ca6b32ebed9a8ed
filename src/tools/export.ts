import { parseArgs } from 'node:util';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { PRECISIONS } from '../protocol/device-settings.js';
import { loadCacheSettings } from '../config/load-settings.js';
import { precisionFormat } from '../engine/devices/precisions.js';
import { exportCheckpoint } from '../export/export-checkpoint.js';

const DEVICES = ['cpu', 'cuda'] as const;
const USAGE = `usage: npm run export -- --model DIR --out DIR [--precision ${PRECISIONS.join('|')}] [--device cpu|cuda] [--copy]`;

/** `npm run export`: a checkpoint's graphs as .onnx files. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      out: { type: 'string' },
      precision: { type: 'string', default: 'fp32' },
      device: { type: 'string', default: 'cpu' },
      copy: { type: 'boolean', default: false },
    },
  });
  const { model, out, copy: copies } = values;
  const device = DEVICES.find((known) => known === values.device);
  const precision = PRECISIONS.find((known) => known === values.precision);
  if (model === undefined || out === undefined || precision === undefined || device === undefined) {
    throw new CheckpointError(USAGE);
  }
  const cache = loadCacheSettings();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const names = await exportCheckpoint(
    { modelDir: model, out, cache, copies, ...precisionFormat(precision, device) },
    say,
  );
  if (!copies) say('Where the weights are hard links onnx.checker refuses them; --copy is for it');
  say(`${out}: ${names.join(', ')}; its other files are the checkpoint's, which QWEN_MODEL_DIR=${out} serves`);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

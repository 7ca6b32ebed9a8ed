import { parseArgs } from 'node:util';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { PRECISIONS, type Precision } from '../protocol/device-settings.js';
import { loadCacheSettings } from '../config/load-settings.js';
import { exportCheckpoint, type ExportOptions } from '../export/export-checkpoint.js';

const USAGE = `usage: npm run export -- --model DIR --out DIR [--precision ${PRECISIONS.join('|')}] [--device cpu|cuda] [--copy]`;

/** How each precision computes; integers are multiplied on the CPU alone. */
function formatOf(precision: Precision, device: string): Pick<ExportOptions, 'computeType' | 'quantization'> {
  const floats = device === 'cuda' ? 'bfloat16' : 'float32';
  switch (precision) {
    case 'fp32':
      return { computeType: 'float32', quantization: undefined };
    case 'bf16':
      return { computeType: 'bfloat16', quantization: undefined };
    case 'int8':
      return { computeType: floats, quantization: device === 'cuda' ? 'int8-blocks' : 'int8-dynamic' };
    case 'int4':
      return { computeType: floats, quantization: 'int4-blocks' };
  }
}

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
  const { model, out, device, copy: copies } = values;
  const precision = PRECISIONS.find((known) => known === values.precision);
  if (model === undefined || out === undefined || precision === undefined || !['cpu', 'cuda'].includes(device)) {
    throw new CheckpointError(USAGE);
  }
  const cache = loadCacheSettings();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const names = await exportCheckpoint({ modelDir: model, out, cache, copies, ...formatOf(precision, device) }, say);
  if (!copies) say('Where the weights are hard links onnx.checker refuses them; --copy is for it');
  say(`${out}: ${names.join(', ')}; its other files are the checkpoint's, which QWEN_MODEL_DIR=${out} serves`);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

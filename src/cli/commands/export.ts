import { PRECISIONS, type Precision } from '../../protocol/device-settings.js';
import { loadDotEnv } from '../../config/dot-env.js';
import { readQuantizedCache } from '../../config/quantized-cache-settings.js';
import { VariableReader } from '../../config/variable-reader.js';
import { exportCheckpoint, type ExportOptions } from '../../export/export-checkpoint.js';
import { readOptions } from '../read-options.js';
import { CommandError } from '../command-error.js';

const HELP = `Usage: qwen-image-edit export --model DIR --out DIR [options]

Writes the graphs of a checkpoint as .onnx files into a new folder, beside its weights, which are linked where they can be.

  --precision ${PRECISIONS.join('|')}    what the graphs compute in (default: fp32)
  --device cpu|cuda                 what they are for (default: cpu)
  --copy                            copy the weights: onnx.checker refuses linked ones`;

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

/** `qwen-image-edit export`: a checkpoint's graphs as .onnx files. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await exportGraphs(args);
  } catch (error) {
    // A full disk or a folder that can't be written is the operator's to mend: the message is enough.
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}

async function exportGraphs(args: readonly string[]): Promise<number> {
  const values = readOptions(
    args,
    {
      model: { type: 'string' },
      out: { type: 'string' },
      precision: { type: 'string', default: 'fp32' },
      device: { type: 'string', default: 'cpu' },
      copy: { type: 'boolean', default: false },
    },
    HELP,
  );
  if (values === null) return 0;
  loadDotEnv();
  const { model, out, device, copy: copies } = values;
  const precision = PRECISIONS.find((known) => known === values.precision);
  const variables = new VariableReader(process.env);
  const cache = readQuantizedCache(variables);
  if (model === undefined || out === undefined || precision === undefined || !['cpu', 'cuda'].includes(device)) {
    throw new CommandError(HELP);
  }
  if (variables.faults.length > 0) throw new CommandError(variables.faults.join('\n'));
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const names = await exportCheckpoint({ modelDir: model, out, cache, copies, ...formatOf(precision, device) }, say);
  if (!copies) say('Where the weights are hard links onnx.checker refuses them; --copy is for it');
  say(`${out}: ${names.join(', ')}; its other files are the checkpoint's, which QWEN_MODEL_DIR=${out} serves`);
  return 0;
}

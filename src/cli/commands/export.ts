import { PRECISIONS } from '../../protocol/device-settings.js';
import { loadCacheSettings, loadTransformerSource } from '../../config/load-settings.js';
import { precisionFormat } from '../../engine/devices/precisions.js';
import { exportCheckpoint } from '../../export/export-checkpoint.js';
import { readOptions } from '../read-options.js';
import { CommandError } from '../command-error.js';

const DEVICES = ['cpu', 'cuda'] as const;
const HELP = `Usage: qwen-image-edit export --model DIR --out DIR [options]

Writes the graphs of a checkpoint as .onnx files into a new folder, beside its weights, which are linked where they can be.
QWEN_TRANSFORMER_FILE counts as it does for the service.

  --precision ${PRECISIONS.join('|')}    what the graphs compute in (default: fp32)
  --device cpu|cuda                 what they are for (default: cpu)
  --copy                            copy the weights: onnx.checker refuses linked ones`;

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
  const { model, out, copy: copies } = values;
  const device = DEVICES.find((known) => known === values.device);
  const precision = PRECISIONS.find((known) => known === values.precision);
  if (model === undefined || out === undefined || precision === undefined || device === undefined) {
    throw new CommandError(HELP);
  }
  const cache = loadCacheSettings();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const names = await exportCheckpoint(
    {
      modelDir: model,
      transformer: loadTransformerSource(),
      out,
      cache,
      copies,
      ...precisionFormat(precision, device),
    },
    say,
  );
  if ((process.env['LORA_DIR'] ?? '').trim() !== '') {
    say("LORA_DIR's LoRAs are not part of it: the graphs are the checkpoint's alone");
  }
  if (!copies) say('Where the weights are hard links onnx.checker refuses them; --copy is for it');
  say(`${out}: ${names.join(', ')}; its other files are the checkpoint's, which QWEN_MODEL_DIR=${out} serves`);
  return 0;
}

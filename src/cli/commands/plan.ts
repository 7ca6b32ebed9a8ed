import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import { loadSettings } from '../../config/load-settings.js';
import { openEditCheckpoint } from '../../engine/open-edit-checkpoint.js';
import { planLines } from '../../plan/plan-lines.js';
import { planTable } from '../../plan/plan-table.js';
import { referencesTable } from '../../plan/references-table.js';
import { CommandError } from '../command-error.js';
import { readOptions } from '../read-options.js';

const HELP = `Usage: qwen-image-edit plan [--model DIR] [--table]

Shows where the networks of a checkpoint would live on this machine, with the settings of the environment and .env. No weights
are read: a checkpoint's configs and the headers of its .safetensors files are enough.

  --model DIR    the checkpoint (default: QWEN_MODEL_DIR)
  --table        on several machines, in each precision, as a Markdown table; of a checkpoint that takes several references
                 also the smallest GPU for each number of them. MAX_OUTPUT_PIXELS and MAX_REFERENCES count

Exit codes: 0 it can be served; 1 it can't, and why; 2 wrong usage.`;

/** `qwen-image-edit plan`: where the networks of a checkpoint would live. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { model: { type: 'string' }, table: { type: 'boolean' } }, HELP);
  if (options === null) return 0;
  if (options.model !== undefined) process.env['QWEN_MODEL_DIR'] = options.model;
  const { load } = loadSettings().engine;
  try {
    const checkpoint = await openEditCheckpoint(load.modelDir, load.loraDir, load.transformer);
    if (options.table === true) {
      console.log(planTable(checkpoint, load));
      if (checkpoint.pipeline.maxReferences > 1) console.log(`\n${referencesTable(checkpoint, load)}`);
      return 0;
    }
    const { lines, warnings } = await planLines(checkpoint, load);
    const told = [`${checkpoint.modelId} in ${load.modelDir}`, ...lines, ...warnings.map((each) => `Warning: ${each}`)];
    console.log(told.join('\n'));
    return 0;
  } catch (error) {
    throw error instanceof CheckpointError
      ? new CommandError([`${load.modelDir}:`, ...error.faults].join('\n'))
      : error;
  }
}

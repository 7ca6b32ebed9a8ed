import { freemem, totalmem } from 'node:os';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { describeTransformer } from '../checkpoint/transformer-weights/describe-weights.js';
import type { Settings } from '../config/settings.js';
import { hostBytes } from '../engine/devices/plan-checkpoint.js';
import { openEditCheckpoint, type EditCheckpoint } from '../engine/open-edit-checkpoint.js';
import { PromptTokenizer } from '../engine/text/tokenizer.js';
import { buildGraphs } from '../graph/checkpoint-graphs.js';
import { planLines } from '../plan/plan-lines.js';
import { formatBytes } from '../program/format-bytes.js';
import type { LoadRequest } from '../protocol/load-request.js';
import type { Finding } from './finding.js';

/** Reads the checkpoint as the service does, short of loading its weights: configs, tokenizer, tensors, graphs. */
export async function checkCheckpoint({
  modelDir,
  loraDir,
  transformer,
  maxReferences,
}: LoadRequest): Promise<{ finding: Finding; checkpoint?: EditCheckpoint }> {
  const about = 'Checkpoint';
  try {
    const checkpoint = await openEditCheckpoint(modelDir, loraDir, transformer);
    new PromptTokenizer(checkpoint.tokenizer);
    const { unexpected } = buildGraphs(checkpoint, 'float32');
    const tensors =
      checkpoint.transformer.tensors.size + checkpoint.textEncoder.tensors.size + checkpoint.vae.tensors.size;
    const { className, maxReferences: most } = checkpoint.pipeline;
    const references = most > 1 ? [`up to ${Math.min(most, maxReferences)} references an edit (MAX_REFERENCES)`] : [];
    const found = [
      `${checkpoint.modelId} in ${modelDir}: ${className}, ${tensors} tensors`,
      describeTransformer(checkpoint.transformer),
      ...references,
    ];
    const warnings = [...checkpoint.warnings, ...unexpected.map((name) => `Nothing reads the tensor ${name}`)];
    const state = warnings.length > 0 ? 'warn' : 'ok';
    return { finding: { about, state, found: [...found, ...warnings] }, checkpoint };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const again = 'often an unfinished download: fetch the named files again';
    const { file } = transformer;
    const [place, todo] =
      file === null
        ? [modelDir, `Mend the folder (${again})`]
        : [
            `${modelDir}, with QWEN_TRANSFORMER_FILE=${file}`,
            `Mend what is named (${again}), or see that the file is a transformer for this checkpoint`,
          ];
    return { finding: { about, state: 'fail', found: [`${place}:`, ...error.faults], todo } };
  }
}

/** Where the networks would live. */
export async function checkPlan(checkpoint: EditCheckpoint, request: LoadRequest): Promise<Finding> {
  const about = 'Plan';
  try {
    const { lines, warnings } = await planLines(checkpoint, request);
    return { about, state: warnings.length > 0 ? 'warn' : 'ok', found: [...lines, ...warnings] };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return { about, state: 'fail', found: error.faults };
  }
}

/** What the host gives and what requests may ask for. */
export function checkLimits({ limits, jobs }: Settings): Finding {
  const memory = `${formatBytes(hostBytes())} of memory available (${formatBytes(freemem())} free of ${formatBytes(totalmem())} on the host)`;
  const requests = `results of up to ${limits.maxOutputPixels} pixels and ${limits.maxOutputSide} a side, ${limits.maxSteps} steps, ${limits.maxFiles} files of ${limits.maxFileBytes / 2 ** 20} MB (MAX_FILE_MB)`;
  return { about: 'Limits', state: 'ok', found: [memory, requests, `${jobs.queueLimit} edits may wait`] };
}

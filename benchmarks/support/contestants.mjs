// @ts-check
/** Those that make the same edits: diffusers in a Python process, and the service. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { editBody, firstPicture, postEdit } from './edit-request.mjs';
import { watchMemory } from './process-memory.mjs';
import { startService } from '../../scripts/support/service.mjs';

const TIMED_EDITS = join(import.meta.dirname, '..', '..', 'test', 'reference', 'timed_edits.py');
/** Slow machines may take their time. */
const PATIENCE_SECONDS = '100000';

/**
 * @typedef {object} Edit
 * @property {string[]} pictures paths of PNGs, the edit's references in order
 * @property {string} prompt
 * @property {number} trueCfgScale guidance is on above 1
 * @property {number} width
 * @property {number} height
 * @property {number} steps
 * @property {number} seed
 * @property {number} [variants] 1 unless given; diffusers makes one
 * @property {string} [negativePrompt] one space unless given
 */

/**
 * Seconds of one edit.
 * @typedef {object} EditTime
 * @property {number} whole
 * @property {number} text prompts and the picture that they speak of, through the text encoder
 * @property {number} encode
 * @property {number} forward one forward of the transformer
 * @property {number} decode
 * @property {{ text: number, image: number }} [tokens] of the transformer's joint sequence, as the service counts them
 */

/**
 * @typedef {object} Contestant
 * @property {number} loadSeconds until the first edit can be taken
 * @property {(edit: Edit, out: string) => Promise<EditTime>} make writes the picture to `out` as PNG
 * @property {() => Promise<number>} stop the most bytes that its processes held resident at once
 */

/** @param {Edit} edit */
const forwards = ({ steps, trueCfgScale }) => steps * (trueCfgScale > 1 ? 2 : 1);

/**
 * @param {{ python: string, checkpoint: string, dtype: string, device?: string, compile?: boolean }} options
 * @returns {Promise<Contestant>}
 */
export async function startDiffusers({ python, checkpoint, dtype, device = 'cpu', compile = false }) {
  const flags = ['--dtype', dtype, '--device', device, ...(compile ? ['--compile'] : [])];
  const child = spawn(python, [TIMED_EDITS, checkpoint, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
  const peak = watchMemory(child.pid ?? NaN);
  const started = performance.now();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`diffusers in ${dtype} has ended`);
    return JSON.parse(value);
  };
  await answer();
  return {
    loadSeconds: (performance.now() - started) / 1000,
    async make(edit, out) {
      const { trueCfgScale: true_cfg_scale, negativePrompt = ' ', ...others } = edit;
      const negative_prompt = true_cfg_scale > 1 ? negativePrompt : null;
      child.stdin.write(`${JSON.stringify({ ...others, true_cfg_scale, negative_prompt, out })}\n`);
      const { seconds: whole, parts } = await answer();
      return {
        whole,
        text: parts.text,
        encode: parts.encode,
        forward: parts.forward / forwards(edit),
        decode: parts.decode,
      };
    },
    async stop() {
      child.stdin.end();
      await new Promise((resolve) => child.once('exit', resolve));
      return peak();
    },
  };
}

/**
 * @param {{ checkpoint: string, env: Record<string, string> }} options
 * @returns {Promise<Contestant>}
 */
export async function startOurs({ checkpoint, env }) {
  const started = performance.now();
  const timeouts = { REQUEST_TIMEOUT_SECONDS: PATIENCE_SECONDS, JOB_TIMEOUT_SECONDS: PATIENCE_SECONDS };
  let peak = () => NaN;
  const service = await startService({ QWEN_MODEL_DIR: checkpoint, ...timeouts, ...env }, (pid) => {
    peak = watchMemory(pid);
  });
  const loadSeconds = (performance.now() - started) / 1000;
  return {
    loadSeconds,
    async make(edit, out) {
      const fields = {
        prompt: edit.prompt,
        size: `${edit.width}x${edit.height}`,
        num_inference_steps: String(edit.steps),
        true_cfg_scale: String(edit.trueCfgScale),
        seed: String(edit.seed),
        n: String(edit.variants ?? 1),
        ...(edit.negativePrompt === undefined ? {} : { negative_prompt: edit.negativePrompt }),
      };
      const body = editBody(
        fields,
        edit.pictures.map((picture) => readFileSync(picture)),
      );
      const start = performance.now();
      const { status, text, headers } = await postEdit(service.url, body);
      const whole = (performance.now() - start) / 1000;
      if (status !== 200) throw new Error(`The service answered ${status}: ${text}`);
      writeFileSync(out, Buffer.from(firstPicture(text), 'base64'));
      const stage = stageSeconds(String(headers['server-timing']));
      return {
        whole,
        text: stage('text'),
        encode: stage('encode'),
        forward: stage('denoise') / forwards(edit),
        decode: stage('decode'),
        tokens: jointTokens(text),
      };
    },
    async stop() {
      const bytes = peak();
      await service.stop();
      return bytes;
    },
  };
}

/** @param {string} answer */
function jointTokens(answer) {
  const { input_tokens_details: input, output_tokens: target } = JSON.parse(answer).usage;
  return { text: input.text_tokens, image: input.image_tokens + target };
}

/** @param {string} serverTiming */
function stageSeconds(serverTiming) {
  return (/** @type {string} */ name) =>
    Number(new RegExp(`\\b${name};dur=([\\d.]+)`).exec(serverTiming)?.[1] ?? NaN) / 1000;
}

// @ts-check
/** Processes in which the CUDA provider finds stand-ins of CUDA's libraries (benchmarks/dry-cuda/setup.sh makes them). */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder that setup.sh has filled. */
export const KIT = resolve(process.env['DRY_CUDA'] ?? join(tmpdir(), 'dry-cuda'));

/** Loaded before a script, it gives it the kit's runtime, which has the CUDA provider. */
const RUNTIME = new URL('kit-runtime.mjs', import.meta.url);

/** @throws where the folder isn't set up */
export function requireKit() {
  if (existsSync(join(KIT, 'stand-ins', 'built'))) return;
  throw new Error(`${KIT} is not set up: run benchmarks/dry-cuda/setup.sh, or name its folder in DRY_CUDA`);
}

/**
 * Runs a script with stand-ins for a machine's GPUs, one script at a time.
 * @param {string} script
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} settings of the stand-ins: FAKE_GB, FAKE_COUNT and so on (see cudart.cc)
 * @returns {Promise<{ status: number | null, output: string }>} the standard output; errors go to this process's own
 */
export function runOnStandIns(script, args, settings) {
  const env = { ...process.env, ...settings, LD_LIBRARY_PATH: join(KIT, 'stand-ins') };
  const child = spawn(process.execPath, ['--import', RUNTIME.href, script, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((done, fail) => {
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk));
    child.on('error', fail);
    child.on('close', (status) => done({ status, output: Buffer.concat(chunks).toString() }));
  });
}

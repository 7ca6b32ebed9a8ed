// @ts-check
/** Processes in which the CUDA provider finds stand-ins of CUDA's libraries (benchmarks/dry-cuda/setup.sh makes them). */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that setup.sh has filled. */
export const KIT = resolve(process.env['DRY_CUDA'] ?? join(tmpdir(), 'dry-cuda'));

/** Loaded before a script, it gives it the kit's runtime, which has the CUDA provider. */
const RUNTIME = new URL('kit-runtime.mjs', import.meta.url);

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

/** @throws where the folder isn't set up, or for another version of the runtime */
export function requireKit() {
  const command = `PROJECT=${resolve(PROJECT)} ${join(PROJECT, 'benchmarks/dry-cuda/setup.sh')} ${KIT}`;
  if (!existsSync(join(KIT, 'stand-ins', 'built'))) {
    throw new Error(`${KIT} is not set up: run ${command}, or name the folder in DRY_CUDA where you did`);
  }
  const [kit, project] = [runtimeVersion(KIT), runtimeVersion(PROJECT)];
  if (kit === project) return;
  throw new Error(`${KIT} is set up for onnxruntime-node ${kit}, the project has ${project}: run ${command}`);
}

/** @param {string} folder @returns {string} */
const runtimeVersion = (folder) =>
  JSON.parse(readFileSync(join(folder, 'node_modules/onnxruntime-node/package.json'), 'utf8')).version;

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

// @ts-check
/** The program's own doctor and planner. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { PROGRAM, ROOT, serviceEnvironment } from './settings.mjs';

/**
 * A command's output, whatever its exit code is.
 * @param {string[]} args @param {Record<string, string>} env @returns {Promise<string>}
 */
export const program = (args, env) =>
  new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'] ?? '', ...env }, cwd: ROOT };
    execFile(process.execPath, [PROGRAM, ...args], options, (_, stdout, stderr) =>
      resolve(`${stdout}${stderr}`.trim()),
    );
  });

/** @param {import('./settings.mjs').Settings} settings */
export async function doctor(settings) {
  const [precision = ''] = settings.service.split(',');
  const model = join(ROOT, 'test', 'fixtures', 'checkpoints', 'plain');
  const env = { ...serviceEnvironment(settings, precision), QWEN_MODEL_DIR: model, PORT: '0' };
  console.log(await program(['doctor'], env));
}

/** What the planner says of the checkpoint in a precision. @param {import('./settings.mjs').Settings} settings @param {string} precision */
export const planned = (settings, precision) =>
  program(['plan', '--model', settings.checkpoint], serviceEnvironment(settings, precision));

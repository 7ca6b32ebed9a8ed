// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROGRAM, ROOT } from './program-files.mjs';

const BUILD = join(ROOT, 'scripts', 'build.mjs');

/** What the build depends on beside src/. */
const BUILD_FILES = [
  'package.json',
  '.swcrc',
  'tsconfig.json',
  'scripts/build.mjs',
  'scripts/support/program-build.mjs',
  'scripts/support/program-files.mjs',
];

/** @param {string} file */
const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isBuilt() {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join(ROOT, 'src', name),
  );
  const files = [...sources, ...BUILD_FILES.map((name) => join(ROOT, name))];
  return Math.max(...files.map(changedAt)) < changedAt(PROGRAM);
}

/**
 * Builds in a process of its own, whose memory is free again when the program runs.
 * @returns {Promise<boolean>} false when a source file is wrong, which is then told already
 */
async function build() {
  // Not on standard output: a command's result may go there.
  console.error('Building…');
  const child = spawn(process.execPath, [BUILD], { stdio: 'inherit' });
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    child.kill();
    process.exit(128 + constants.signals[signal]);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const [code] = await once(child, 'exit');
  process.off('SIGINT', stop).off('SIGTERM', stop);
  return code === 0;
}

/**
 * Builds what has changed since the last time, then is the built program: the same process, so that signals reach it and its
 * exit code is the one that is seen.
 *
 * @param {readonly string[]} args a command and its arguments
 */
export async function runProgram(args) {
  if (!isBuilt() && !(await build())) {
    process.exitCode = 1;
    return;
  }
  process.argv = [process.execPath, PROGRAM, ...args];
  await import(pathToFileURL(PROGRAM).href);
}

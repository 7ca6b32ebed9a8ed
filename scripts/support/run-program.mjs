// @ts-check
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { onSignals } from './on-signals.mjs';
import { buildProgram } from './program-build.mjs';
import { NODE_FLAGS, PROGRAM, ROOT } from './program-files.mjs';

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
 * Builds what has changed since the last time, then runs the built program until it ends and ends with its exit code.
 * Signals are handed on.
 *
 * @param {readonly string[]} args a command and its arguments
 */
export async function runProgram(args) {
  if (!isBuilt()) await buildProgram();
  const child = spawn(process.execPath, [...NODE_FLAGS, PROGRAM, ...args], { stdio: 'inherit' });
  onSignals((signal) => void child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}

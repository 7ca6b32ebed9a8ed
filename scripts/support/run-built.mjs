// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';

export const ROOT = join(import.meta.dirname, '..', '..');

/** @param {string} file */
const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** @param {string} made */
function isBuilt(made) {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join(ROOT, 'src', name),
  );
  const others = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/bundle.mjs'];
  const all = [...sources, ...others.map((name) => join(ROOT, name))];
  return Math.max(...all.map(changedAt)) < changedAt(made);
}

/**
 * Builds what has changed since `made` was made, then runs the command until it ends and ends with its exit code. Signals
 * are handed on.
 *
 * @param {string} made a file that the build writes
 * @param {readonly string[]} command arguments of node
 */
export function runBuilt(made, command) {
  if (!isBuilt(made)) {
    // Standard output is the command's own.
    const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
    process.exitCode = status ?? 1;
    if (process.exitCode !== 0) return;
  }
  const child = spawn(process.execPath, command, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(/** @type {'SIGINT'} */ (signal)));
  endWithNpm(() => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}

/** npm hands a SIGTERM on to its shell, which dies of it without a word to what it runs. @param {() => void} end */
function endWithNpm(end) {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const { ppid } = process;
  const watch = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(watch);
    end();
  }, 500);
  watch.unref();
}

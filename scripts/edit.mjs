// Runs the command line from a clone: builds first what has changed since the last time.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const command = join(root, 'bundle', 'cli', 'main.js');

/** @param {string} file */
const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isBuilt() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join(root, 'src', name),
  );
  const others = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/bundle.mjs'];
  const all = [...sources, ...others.map((name) => join(root, name))];
  return Math.max(...all.map(changedAt)) < changedAt(command);
}

function build() {
  if (isBuilt()) return 0;
  // Standard output is the command's own.
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  return status ?? 1;
}

process.exitCode = build();
if (process.exitCode === 0) {
  const child = spawn(process.execPath, [command, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}

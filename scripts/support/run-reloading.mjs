// @ts-check
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { watch } from 'chokidar';
import { context, stop } from 'esbuild';
import { BUILDS, writeProgram } from './program-build.mjs';
import { ROOT } from './program-files.mjs';
import { RestartedProgram } from './restarted-program.mjs';
import { onSignals } from './on-signals.mjs';

/** An editor writes a file in several steps. */
const SETTLED_MILLISECONDS = 100;

/**
 * Runs the built program, and builds and starts it again whenever a source file has changed and all is right. What is wrong is
 * told, and the program that runs goes on.
 *
 * @param {readonly string[]} args a command and its arguments
 */
export async function runReloading(args) {
  const program = new RestartedProgram(args);
  const builds = await Promise.all(BUILDS.map((options) => context(options)));
  const checker = fork(join(import.meta.dirname, 'type-checker.mjs'));
  onSignals((signal) => {
    checker.kill();
    void Promise.all([program.end(signal), ...builds.map((build) => build.dispose())]).then(async ([code]) => {
      await stop();
      process.exit(code);
    });
  });
  const check = async () => {
    checker.send('check');
    const [isRight] = await once(checker, 'message');
    return isRight === true;
  };
  let lastCheck = Promise.resolve(true);
  const areTypesRight = () => (lastCheck = lastCheck.then(check));

  const update = async () => {
    const results = await Promise.all(builds.map((build) => build.rebuild())).catch(() => null);
    // esbuild has told what is wrong.
    if (results === null) return;
    const isFirst = !program.wasStarted;
    if (!isFirst && !(await areTypesRight())) return;
    await writeProgram(results);
    await program.restart();
    // It tells what is wrong; changes need not wait for it.
    if (isFirst) void areTypesRight();
  };
  keepUpdated(join(ROOT, 'src'), update);
}

/**
 * Calls `update` now, when something below a folder has changed, and again when something has changed meanwhile.
 * @param {string} folder
 * @param {() => Promise<void>} update
 */
function keepUpdated(folder, update) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;
  let [isBusy, isChanged] = [false, false];
  const work = async () => {
    isChanged = true;
    if (isBusy) return;
    isBusy = true;
    while (isChanged) {
      isChanged = false;
      await update();
    }
    isBusy = false;
  };
  void work();
  // Node's own recursive watch loses files that an editor replaces.
  watch(folder, { ignoreInitial: true }).on('all', () => {
    clearTimeout(settling);
    settling = setTimeout(work, SETTLED_MILLISECONDS);
  });
}

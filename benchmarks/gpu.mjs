// @ts-check
/**
 * What the service does on a GPU, in one command: the doctor, the tiny checkpoints' pictures against diffusers', and edits at
 * the published dimensions with random weights, in each precision and by diffusers (plain and compiled, where a Python has it
 * and a torch with CUDA): seconds a step with their share of the card's peak, the parts' times, and peak memory beside the plan.
 *
 *     node benchmarks/gpu.mjs [options]               needs the built program and `npm run setup:cuda`
 *     node benchmarks/gpu.mjs --prepare FOLDER        packs all of it for a machine without a network,
 *                                                 into pieces of 60 MB (--piece)
 *
 * What is known stands on the terminal at once, and in WORK/SECTION.md. Each section has a limit, all of them --minutes
 * together; run again, it goes on with those that are left.
 *
 * --minutes 9.5   --sections machine,doctor,parity,checkpoint,service-bf16,…   --again   those that are done, too
 * --work FOLDER   --checkpoint FOLDER   60 GB; in /dev/shm where it holds that   --python python3   for diffusers
 * --peak TFLOPS   the card's dense bfloat16 peak, where its name doesn't tell
 * --service bf16,int4   --size 1024x1024   --reference 1024   --steps 4   --rounds 2   after an edit that warms up
 * --rehearse   on the CPU: smaller dimensions (`middle`), int8 and int4
 */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { words } from './support/figures.mjs';
import { askTorch } from './gpu/machine.mjs';
import { readSettings, ROOT } from './gpu/settings.mjs';

/** What a section that was stopped may still need to end its processes. */
const GRACE_MILLISECONDS = 5000;
const ENDINGS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** NVIDIA's libraries of a Python, for a pack that came without them. @param {import('./gpu/settings.mjs').Settings} settings */
function libraryPath({ python, device }) {
  const given = process.env['LD_LIBRARY_PATH'] ?? '';
  if (device === 'cpu' || existsSync(join(ROOT, '.cuda', 'lib'))) return given;
  return [...(askTorch(python)?.libraries ?? []), ...words(given)].join(delimiter);
}

/**
 * Runs a section in a process group of its own, and ends all of it at the limit.
 * @param {string} name @param {number} seconds @param {string} file @param {string} libraries
 * @returns {Promise<string>} how it ended
 */
async function runSection(name, seconds, file, libraries) {
  const log = createWriteStream(`${file}.part`);
  const say = (/** @type {string | Buffer} */ text) => {
    process.stdout.write(text);
    log.write(text);
  };
  say(`\n## ${name}\n\n`);
  const start = performance.now();
  const args = [import.meta.filename, ...process.argv.slice(2), '--run', name];
  const env = { ...process.env, ...(libraries === '' ? {} : { LD_LIBRARY_PATH: libraries }) };
  const child = spawn(process.execPath, args, { detached: true, env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', say);
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      process.kill(-(child.pid ?? NaN), signal);
    } catch {
      // It has ended meanwhile.
    }
  };
  // Who stops the benchmark stops what it runs.
  const stop = () => {
    end('SIGKILL');
    process.exit(1);
  };
  for (const signal of ENDINGS) process.once(signal, stop);
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    end('SIGTERM');
    setTimeout(() => end('SIGKILL'), GRACE_MILLISECONDS).unref();
  }, seconds * 1000);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(late);
  for (const signal of ENDINGS) process.off(signal, stop);
  end('SIGKILL');
  const took = `${((performance.now() - start) / 1000).toFixed(0)} s`;
  const outcome = isLate ? `stopped at its limit, ${took}` : code === 0 ? `done, ${took}` : `failed, ${took}`;
  say(`\n(${name}: ${outcome})\n`);
  await new Promise((resolve) => log.end(() => resolve(undefined)));
  // What failed is tried again by the next run.
  if (code === 0 && !isLate) renameSync(`${file}.part`, file);
  return outcome;
}

/** @param {import('./gpu/settings.mjs').Settings} settings */
async function runAll(settings) {
  const { sectionsOf } = await import('./gpu/sections.mjs');
  mkdirSync(settings.work, { recursive: true });
  const wanted = settings.sections === undefined ? null : words(settings.sections);
  const libraries = libraryPath(settings);
  const ends = performance.now() + Number(settings.minutes) * 60_000;
  const outcomes = [];
  for (const { name, seconds } of sectionsOf(settings)) {
    if (wanted !== null && !wanted.includes(name)) continue;
    const file = join(settings.work, `${name}.md`);
    const left = (ends - performance.now()) / 1000;
    if (existsSync(file) && !settings.again) outcomes.push([name, `done before: ${file}`]);
    else if (left < 10) outcomes.push([name, 'no time left: run again']);
    else outcomes.push([name, await runSection(name, Math.min(seconds, left), file, libraries)]);
  }
  console.log(`\n${outcomes.map(([name, outcome]) => `${name}: ${outcome}`).join('\n')}`);
}

const settings = readSettings();
if (settings.prepare !== undefined) {
  const { prepare } = await import('./gpu/pack.mjs');
  await prepare(settings.prepare, Number(settings.piece) * 1e6);
} else if (settings.run !== undefined) {
  const { sectionsOf } = await import('./gpu/sections.mjs');
  await sectionsOf(settings)
    .find(({ name }) => name === settings.run)
    ?.run();
  process.exit(0);
} else await runAll(settings);

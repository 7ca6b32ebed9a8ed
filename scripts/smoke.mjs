// @ts-check
/**
 * What a new user does, on each version of Node that is supported, with the npm that comes with it: a clean clone, `npm ci`
 * without a warning, `npm start`, an edit, SIGTERM; then the package, installed into an empty folder, and an edit by it.
 *
 *     node scripts/smoke.mjs [VERSION …]     # default: 20.19.0 22 24
 *
 * npm's packages `node` and `npm` bring the versions. What is tried is the last commit.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';

const ROOT = join(import.meta.dirname, '..');
const PHOTO = join(ROOT, 'docs', 'images', 'photo.jpg');
const PROMPT = 'make it black and white';
/** npm's version for each of Node's, as Node's installer has it. */
const NPM_VERSIONS = new Map([
  ['20.19.0', '10.8.2'],
  ['22', '10'],
  ['24', '11'],
]);
const START_SECONDS = 300;
const runFile = promisify(execFile);

/** What this machine has set for npm, or the npm that has started this, is not the project's. */
const OWN_ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')),
);
const OTHERS_SETTINGS = /Unknown (user|global|builtin|env|cli) config/;

/** A version of Node with its npm, in a folder of its own. */
class Toolchain {
  /** @param {string} folder */
  constructor(folder) {
    this.env = {
      ...OWN_ENVIRONMENT,
      PATH: [join(folder, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
      HOST: '127.0.0.1',
      PORT: '0',
      ONNXRUNTIME_NODE_INSTALL: 'skip',
    };
  }

  /**
   * @param {string} version of Node
   * @param {string} folder an empty one
   */
  static async install(version, folder) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    const packages = [`node@${version}`, `npm@${NPM_VERSIONS.get(version) ?? 'latest'}`];
    // Node's own package copies the program into place when it is installed.
    await runFile('npm', ['install', '--silent', '--ignore-scripts=false', ...packages], {
      cwd: folder,
      env: OWN_ENVIRONMENT,
    });
    return new Toolchain(folder);
  }

  /**
   * @param {string} cwd
   * @param {string} command
   * @param {readonly string[]} args
   * @returns {Promise<string>} standard output and error
   */
  async run(cwd, command, ...args) {
    const { stdout, stderr } = await runFile(command, args, { cwd, env: this.env, maxBuffer: 2 ** 26 });
    return stdout + stderr;
  }
}

/** @param {string} output of npm */
function expectNoWarning(output) {
  const warnings = output.split('\n').filter((line) => /npm warn/i.test(line) && !OTHERS_SETTINGS.test(line));
  if (warnings.length > 0) throw new Error(`npm has warned:\n${warnings.join('\n')}`);
}

/** @param {Buffer} picture */
async function expectBlackAndWhite(picture) {
  const { channels } = await sharp(picture).stats();
  const [red, green, blue] = channels.map(({ mean }) => mean);
  if (red === undefined || green === undefined || blue === undefined) throw new Error('the picture has no colors');
  const difference = Math.max(Math.abs(red - green), Math.abs(green - blue));
  if (difference > 8) throw new Error(`the picture is not black and white (${difference})`);
}

/**
 * `npm start`, an edit, SIGTERM.
 * @param {Toolchain} tools
 * @param {string} clone
 */
async function serveOnce(tools, clone) {
  const child = spawn('npm', ['start'], { cwd: clone, env: tools.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
  const ended = once(child, 'exit');
  try {
    const latest = performance.now() + START_SECONDS * 1000;
    while (!log.includes(' is ready on ')) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('npm start has ended');
      if (performance.now() > latest) throw new Error(`not ready within ${START_SECONDS} s`);
      await setTimeout(50);
    }
    const url = /Listening on (\S+)/.exec(log)?.[1] ?? '';
    const form = new FormData();
    form.set('images', new Blob([await readFile(PHOTO)]), 'photo.jpg');
    form.set('prompt', PROMPT);
    const response = await fetch(`${url}/v1/images/edits`, { method: 'POST', body: form });
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
    const { data } = await response.json();
    await expectBlackAndWhite(Buffer.from(data[0].b64_json, 'base64'));
    child.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) throw new Error(`the exit code after SIGTERM is ${code}`);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${error instanceof Error ? error.message : error}\n${log}`, { cause: error });
  }
}

/**
 * @param {string} version of Node
 * @param {string} folder an empty one
 */
async function smoke(version, folder) {
  const tools = await Toolchain.install(version, join(folder, 'node'));
  const clone = join(folder, 'clone');
  await tools.run(folder, 'git', 'clone', '--quiet', '--depth', '1', `file://${ROOT}`, clone);
  const versions = `Node ${(await tools.run(clone, 'node', '--version')).trim()}, npm ${(await tools.run(clone, 'npm', '--version')).trim().split('\n').at(-1)}`;
  expectNoWarning(await tools.run(clone, 'npm', 'ci'));
  await tools.run(clone, 'node', '--eval', "require('sharp'); require('onnxruntime-node')");
  await serveOnce(tools, clone);

  await tools.run(clone, 'npm', 'run', 'package');
  const archive = (await readdir(clone)).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new Error('npm run package has made no package');
  const empty = join(folder, 'empty');
  await mkdir(empty);
  await writeFile(join(empty, 'package.json'), '{ "private": true }');
  await tools.run(empty, 'npm', 'install', '--engine-strict', join(clone, archive));
  await tools.run(empty, 'npx', 'qwen-image-edit', 'edit', PHOTO, PROMPT, '-o', 'edited.png');
  await expectBlackAndWhite(await readFile(join(empty, 'edited.png')));
  return versions;
}

const versions = process.argv.length > 2 ? process.argv.slice(2) : [...NPM_VERSIONS.keys()];
for (const version of versions) {
  const folder = await mkdtemp(join(tmpdir(), 'smoke-'));
  const startedAt = performance.now();
  try {
    const what = await smoke(version, folder);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    console.log(`✓ ${what}: installed without a warning, served, packed, edited (${seconds} s)`);
  } catch (error) {
    console.log(`✗ Node ${version}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// @ts-check
/** Packs what the benchmark needs into pieces that can be carried, one by one, to a machine without a network. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { build } from 'esbuild';
import { ROOT } from './settings.mjs';

const CHUNK = 2 ** 20;
/** Of the project, beside node_modules: what is run, and what it reads. */
const PARTS = [
  'package.json',
  'dist',
  'benchmarks',
  'scripts',
  'models/mini',
  'test/fixtures/checkpoints',
  'test/fixtures/goldens',
  'test/fixtures/pictures',
  'test/published',
  'test/reference',
];
const NATIVE = ['onnxruntime-node', 'onnxruntime-common', 'sharp'];

/** Where tsx loads src, the bundle has it. */
const WITHOUT_TSX = /** @type {import('esbuild').Plugin} */ ({
  name: 'without-tsx',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^tsx\/esm\/api$/ }, () => ({ path: 'tsx', namespace: 'none' }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export const register = () => undefined;' }));
  },
});

/** Packages that `names` need when they run on this platform, themselves included. @param {readonly string[]} names */
async function closure(names) {
  const found = new Set(names);
  for (const name of found) {
    const manifest = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
    // onnxruntime-node's others serve its install script, which is not run.
    const needs = name === 'onnxruntime-node' ? {} : { ...manifest.dependencies, ...manifest.optionalDependencies };
    for (const need of Object.keys(needs)) if (existsSync(join(ROOT, 'node_modules', need))) found.add(need);
  }
  return [...found];
}

/** @param {string} tree */
async function copyProject(tree) {
  for (const part of PARTS) {
    const filter = (/** @type {string} */ path) =>
      !/\/(node_modules|__pycache__|\.venv)(\/|$)/.test(relative(ROOT, path));
    await cp(join(ROOT, part), join(tree, part), { recursive: true, filter });
  }
  const runtimes = join('onnxruntime-node', 'bin');
  const own = join('napi-v6', 'linux', 'x64');
  for (const name of await closure(NATIVE)) {
    const filter = (/** @type {string} */ path) => {
      const inside = relative(join(ROOT, 'node_modules', runtimes), path);
      return inside.startsWith('..') || inside === '' || inside.startsWith(own) || own.startsWith(inside);
    };
    await cp(join(ROOT, 'node_modules', name), join(tree, 'node_modules', name), {
      recursive: true,
      filter,
      dereference: true,
    });
  }
  const tokens = join('benchmarks', 'gpu', 'forward.mjs');
  await build({
    entryPoints: [join(ROOT, tokens)],
    outfile: join(tree, tokens),
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: NATIVE,
    plugins: [WITHOUT_TSX],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  await copyFile(process.execPath, join(tree, 'node'));
  await chmod(join(tree, 'node'), 0o755);
}

/**
 * A folder's entries as one compressed archive in pieces: STEM.00, STEM.01, …, each in a folder of its own.
 * @param {string} tree @param {readonly string[]} entries @param {string} out @param {string} stem
 * @param {number} most bytes of a piece
 */
async function archive(tree, entries, out, stem, most) {
  const tar = spawn('tar', ['-C', tree, '-cf', '-', ...entries], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(tar, 'exit');
  const whole = join(out, `${stem}.tar.gz`);
  await pipeline(tar.stdout, createGzip({ level: 9 }), createWriteStream(whole));
  if ((await ended)[0] !== 0) throw new Error(`tar could not read ${tree}`);
  const pieces = [];
  const read = createReadStream(whole, { highWaterMark: CHUNK });
  /** @type {Buffer[]} */
  let chunks = [];
  let bytes = 0;
  const flush = async () => {
    if (bytes === 0) return;
    const name = `${stem}.${String(pieces.length).padStart(2, '0')}`;
    const piece = Buffer.concat(chunks);
    await mkdir(join(out, name), { recursive: true });
    await writeFile(join(out, name, name), piece);
    pieces.push({ name, bytes, sha256: createHash('sha256').update(piece).digest('hex') });
    [chunks, bytes] = [[], 0];
  };
  for await (const chunk of read) {
    if (bytes + chunk.length > most) await flush();
    chunks.push(chunk);
    bytes += chunk.length;
  }
  await flush();
  await rm(whole);
  return pieces;
}

/**
 * Writes the pieces: the program's (core), and NVIDIA's libraries (cuda), which a machine may have already.
 * @param {string} out a folder; what it holds of an earlier pack goes
 * @param {number} most bytes of a piece
 */
export async function prepare(out, most) {
  const require = createRequire(join(ROOT, 'package.json'));
  const runtime = join(dirname(require.resolve('onnxruntime-node/package.json')), 'bin', 'napi-v6', 'linux', 'x64');
  if (!existsSync(join(ROOT, 'dist', 'cli.js'))) throw new Error('dist is missing: npm run build');
  if (!existsSync(join(runtime, 'libonnxruntime_providers_cuda.so'))) {
    throw new Error('The CUDA provider is missing: npm run setup:cuda');
  }
  if (!(most > CHUNK)) throw new Error('--piece is a number of megabytes above 1');
  const there = existsSync(out) ? await readdir(out) : [];
  if (there.length > 0 && !there.includes('core.00')) throw new Error(`${out} holds other things than pieces`);
  await rm(out, { recursive: true, force: true });
  const tree = join(out, 'tree');
  await mkdir(tree, { recursive: true });
  await copyProject(tree);
  const pieces = await archive(tree, await readdir(tree), out, 'core', most);
  await rm(tree, { recursive: true });
  const libraries = join(ROOT, '.cuda', 'lib');
  if (existsSync(libraries)) pieces.push(...(await archive(ROOT, ['.cuda/lib'], out, 'cuda', most)));
  const sums = pieces.map(({ name, sha256 }) => `${sha256}  ${name}/${name}\n`).join('');
  for (const { name } of pieces) {
    await writeFile(join(out, name, 'SHA256SUMS'), sums);
    await copyFile(join(import.meta.dirname, 'assemble.sh'), join(out, name, 'assemble.sh'));
  }
  for (const { name, bytes } of pieces) console.log(`${join(out, name)}: ${(bytes / 1e6).toFixed(1)} MB`);
  console.log(
    `\nCarry the folders, in any order, into one folder FOLDER of the machine; then: sh FOLDER/core.00/assemble.sh FOLDER TARGET`,
  );
}

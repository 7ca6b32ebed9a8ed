// @ts-check
import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DIST, ROOT } from './program-files.mjs';

/** AssemblyScript, from which rounding.wasm is made. */
const FOLDER = 'src/engine/quantized/kernels';
const SOURCE = `${FOLDER}/rounding.ts`;

/** What the engine rounds weights with, as a file of the program. */
const WASM = join(DIST, 'rounding.wasm');

const OPTIONS = ['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--outFile', 'rounding.wasm'];

/**
 * Adds the compiled kernels to what is built.
 * @type {import('esbuild').Plugin}
 */
export const roundingKernels = {
  name: 'rounding-kernels',
  setup({ onEnd }) {
    onEnd(async ({ outputFiles }) => {
      try {
        outputFiles?.push({ path: WASM, contents: await upToDate(), text: '', hash: '' });
        return {};
      } catch (error) {
        return { errors: [{ text: String(error) }] };
      }
    });
  },
};

/** Those of an earlier build while nothing that they are made from is newer: the compiler takes longer than all the rest. */
async function upToDate() {
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/package.json');
  const sources = (await readdir(join(ROOT, FOLDER))).map((name) => join(ROOT, FOLDER, name));
  const inputs = [...sources, compiler, import.meta.filename];
  const changed = Math.max(...(await Promise.all(inputs.map(modified))));
  return (await modified(WASM)) > changed ? readFile(WASM) : compile();
}

/** @returns {Promise<Uint8Array>} */
async function compile() {
  const { main } = await import('assemblyscript/asc');
  /** @type {Uint8Array | undefined} */
  let compiled;
  const { error, stderr } = await main([SOURCE, ...OPTIONS], {
    readFile: (name, folder) => readFile(join(ROOT, folder, name), 'utf8').catch(() => null),
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') compiled = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || compiled === undefined) throw new Error(stderr.toString());
  return compiled;
}

/** Milliseconds since 1970; 0 for what isn't there. @param {string} path */
async function modified(path) {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

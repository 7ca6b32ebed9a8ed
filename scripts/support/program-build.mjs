// @ts-check
/** How src/ becomes dist/: the program's processes and threads as a few files that share what they have in common. */
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { transformFile } from '@swc/core';
import { build } from 'esbuild';
import protobuf from 'protobufjs';
import { DIST, NODE_FLAGS, PROGRAM, ROOT } from './program-files.mjs';
import { roundingKernels } from './rounding-kernels.mjs';
import { thirdPartyLicenses } from './third-party-licenses.mjs';

/** Of the version that @nestjs/swagger has come with. */
const SWAGGER_UI = dirname(
  createRequire(import.meta.resolve('@nestjs/swagger')).resolve('swagger-ui-dist/package.json'),
);
const SWAGGER_UI_FILES = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
  'favicon-16x16.png',
  'favicon-32x32.png',
];

/**
 * Nest finds what a class needs by the types of its constructor, which decorators note at run time: SWC writes them
 * (.swcrc), esbuild does not.
 * @type {import('esbuild').Plugin}
 */
const decorators = {
  name: 'decorators',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      try {
        const { code } = await transformFile(path, { sourceFileName: path });
        return { contents: code, loader: 'js' };
      } catch (error) {
        // What follows tells of SWC's own insides.
        const [text] = String(error).split('Caused by:');
        return { errors: [{ text }] };
      }
    });
    // Its Buffer() is deprecated, which Node tells of outside of node_modules.
    onLoad({ filter: /[\\/]passport-http[\\/]lib[\\/].*\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('new Buffer(', 'Buffer.from('),
    }));
    // It has to come before the first decorator, and does so as an ES module. A CommonJS module is evaluated where the body
    // of its importer begins, which is after all other imports.
    onLoad({ filter: /[\\/]reflect-metadata[\\/]Reflect\.js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\nexport {};`,
    }));
  },
};

/**
 * Libraries that load a .proto file from beside their own code: which code, which file, and whether it wants names as they stand
 * there. What is read of the file becomes a part of the code.
 */
const PROTO_LOADERS = [
  {
    code: /grpc-health-check[\\/]build[\\/]src[\\/]health\.js$/,
    file: '../../proto/health/v1/health.proto',
    keepCase: true,
  },
  {
    code: /@grpc[\\/]reflection[\\/]build[\\/]src[\\/]implementations[\\/]reflection-v1\.js$/,
    file: '../../proto/grpc/reflection/v1/reflection.proto',
    keepCase: false,
  },
  {
    code: /@grpc[\\/]reflection[\\/]build[\\/]src[\\/]implementations[\\/]reflection-v1alpha\.js$/,
    file: '../../proto/grpc/reflection/v1alpha/reflection.proto',
    keepCase: false,
  },
];
const LOAD_SYNC = /(\(0, proto_loader_1\.|protoLoader\.)loadSync(\)?)\([^,]+,/;

/** @type {import('esbuild').Plugin} */
const protoFiles = {
  name: 'proto-files',
  setup({ onLoad }) {
    for (const { code, file, keepCase } of PROTO_LOADERS) {
      onLoad({ filter: code }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        if (!LOAD_SYNC.test(source))
          return { errors: [{ text: `${path} loads its .proto file otherwise than it did` }] };
        const root = new protobuf.Root().loadSync(join(dirname(path), file), { keepCase });
        const read = JSON.stringify(root.toJSON());
        return { contents: source.replace(LOAD_SYNC, (_match, before, after) => `${before}fromJSON${after}(${read},`) };
      });
    }
  },
};

/** @satisfies {import('esbuild').BuildOptions} */
const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  // What is built is written in one go, when all of it is right.
  write: false,
  metafile: true,
  legalComments: 'eof',
  logLevel: 'warning',
};

/** @satisfies {import('esbuild').BuildOptions} */
const PROCESSES = {
  ...COMMON,
  entryPoints: {
    cli: 'src/cli/main.ts',
    engine: 'src/engine/main.ts',
    'parent-watch.worker': 'src/engine/parent-watch.worker.ts',
    'weights.worker': 'src/engine/quantized/weights.worker.ts',
    'input-picture.worker': 'src/decoding/input-picture.worker.ts',
    'json-form.worker': 'src/edits/http/upload/json/json-form.worker.ts',
    // What piscina starts its threads with, under the name that it looks for beside its own code.
    'chunks/worker': './node_modules/piscina/dist/worker.js',
  },
  outdir: DIST,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node20',
  plugins: [decorators, protoFiles, roundingKernels],
  // Classes are known to Nest by their names.
  keepNames: true,
  external: [
    // Native code.
    'sharp',
    'onnxruntime-node',
    // Optional packages of libraries, none of which is used.
    '@napi-rs/nice',
    '@nestjs/microservices',
    '@nestjs/websockets',
    '@fastify/static',
    'swagger-ui-dist',
  ],
  // Libraries in the older module format ask for these.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url), __dirname = import.meta.dirname;",
  },
};

/** One script and one style sheet for the browser to fetch. @satisfies {import('esbuild').BuildOptions} */
const PAGE = {
  ...COMMON,
  entryPoints: ['src/playground/client/main.ts', 'src/playground/styles/page.css'],
  outbase: 'src',
  outdir: DIST,
  platform: 'browser',
  target: 'es2022',
  minify: true,
  // Chinese as it is, not as escapes of twice its size.
  charset: 'utf8',
};

export const BUILDS = [PROCESSES, PAGE];

/** Builds the program. @throws when a source file is wrong, which is then told already */
export async function buildProgram() {
  await writeProgram(await Promise.all(BUILDS.map((options) => build(options))));
}

/** A build that failed has told what is wrong; anything else is thrown again. @param {unknown} error */
export function endWithBuildErrors(error) {
  if (!(error instanceof Error && 'errors' in error)) throw error;
  process.exitCode = 1;
}

/** Makes dist/ what was built, and nothing else. @param {readonly import('esbuild').BuildResult[]} results one for each build */
export async function writeProgram(results) {
  /** @type {Map<string, Uint8Array | string>} */
  const files = new Map(
    results.flatMap(({ outputFiles = [] }) => outputFiles.map(({ path, contents }) => [path, contents])),
  );
  for (const file of SWAGGER_UI_FILES)
    files.set(join(DIST, 'swagger-ui', file), await readFile(join(SWAGGER_UI, file)));
  const fixed = join('playground', 'static');
  for (const name of await readdir(join(ROOT, 'src', fixed))) {
    files.set(join(DIST, fixed, name), await readFile(join(ROOT, 'src', fixed, name)));
  }
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}));
  files.set(join(DIST, 'third-party-licenses.txt'), await thirdPartyLicenses([...inputs, join(SWAGGER_UI, '.')]));
  const program = Buffer.from(files.get(PROGRAM) ?? '');
  files.set(PROGRAM, Buffer.concat([Buffer.from(`#!/usr/bin/env -S node ${NODE_FLAGS.join(' ')}\n`), program]));
  for (const [path, contents] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
  await chmod(PROGRAM, 0o755);
  for (const entry of await readdir(DIST, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !files.has(path)) await rm(path);
  }
}

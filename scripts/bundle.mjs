// @ts-check
/**
 * Joins the compiled modules of dist/ and the libraries that they use into a few files in bundle/, one for each process and
 * thread: reading some two thousand small files is what takes most of a start otherwise.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

await build({
  absWorkingDir: ROOT,
  entryPoints: [
    'main',
    'cli/main',
    'cuda/setup/main',
    'doctor/main',
    'engine/main',
    'engine/parent-watch.worker',
    'edits/decoding/input-picture.worker',
  ].map((entry) => `dist/${entry}.js`),
  outbase: 'dist',
  outdir: 'bundle',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Classes are known to Nest by their names.
  keepNames: true,
  sourcemap: 'linked',
  // Native code, threads and files of their own, and tracing, which only some ask for, stay in node_modules.
  external: [
    'sharp',
    'onnxruntime-node',
    'piscina',
    'swagger-ui-dist',
    '@opentelemetry/*',
    // Nest's optional packages, none of which is used.
    '@nestjs/microservices',
    '@nestjs/websockets',
    '@fastify/*',
  ],
  // Libraries in the older module format ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
});

// The page: one script and one style sheet for the browser to fetch.
await build({
  absWorkingDir: ROOT,
  entryPoints: ['client/main.js', 'styles/page.css'].map((entry) => `dist/playground/${entry}`),
  outbase: 'dist/playground',
  outdir: 'bundle/playground',
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
});
await cp(join(ROOT, 'dist/playground/static'), join(ROOT, 'bundle/playground/static'), { recursive: true });

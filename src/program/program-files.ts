import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const HERE = fileURLToPath(import.meta.url);

/** The folder that holds package.json. */
export const PACKAGE_DIR = nearestPackage(dirname(HERE));

/** A file of the built program, which is what processes and threads are started with, also by tests and benchmarks. */
const programFile = (...path: string[]): string => join(PACKAGE_DIR, 'dist', ...path);

/** The command `qwen-image-edit`. */
export const PROGRAM_ENTRY = programFile('cli.js');

/** What an engine process starts with. */
export const ENGINE_ENTRY = programFile('engine.js');

/** What the thread that watches an engine's parent starts with. */
export const PARENT_WATCH_WORKER = programFile('parent-watch.worker.js');

/** What a thread that reads uploaded pictures starts with (file: URL). */
export const INPUT_PICTURE_WORKER = pathToFileURL(programFile('input-picture.worker.js')).href;

/** What a thread that reads bodies of JSON starts with (file: URL). */
export const JSON_FORM_WORKER = pathToFileURL(programFile('json-form.worker.js')).href;

/** What a thread that quantizes or repacks weights starts with (file: URL). */
export const WEIGHTS_WORKER = pathToFileURL(programFile('weights.worker.js')).href;

/** The WebAssembly that it rounds with. */
export const ROUNDING_WASM = programFile('rounding.wasm');

/** The folder of the .proto files. */
export const PROTO_DIR = join(PACKAGE_DIR, 'proto');

/** The folder of the page's files. */
export const PLAYGROUND_DIR = programFile('playground');

/** The folder of Swagger UI's files. */
export const SWAGGER_UI_DIR = programFile('swagger-ui');

const manifest = JSON.parse(readFileSync(join(PACKAGE_DIR, 'package.json'), 'utf8')) as {
  version: string;
  description: string;
};

export const PACKAGE_VERSION = manifest.version;
export const PACKAGE_DESCRIPTION = manifest.description;

function nearestPackage(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`No package.json lies above ${HERE}`);
  return nearestPackage(parent);
}

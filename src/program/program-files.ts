import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Where the program's own files lie, whether this runs as a module of dist/ or as part of a bundle in bundle/, which keep
 * their entry files at the same places.
 */
const HERE = fileURLToPath(import.meta.url);

/** The folder that holds package.json. */
export const PACKAGE_DIR = nearestPackage(dirname(HERE));

const programFile = (path: string): string =>
  join(PACKAGE_DIR, relative(PACKAGE_DIR, HERE).split(sep, 1).join(''), ...path.split('/'));

/** What an engine process starts with. */
export const ENGINE_ENTRY = programFile('engine/main.js');

/** What the thread that watches an engine's parent starts with. */
export const PARENT_WATCH_WORKER = programFile('engine/parent-watch.worker.js');

/** What a thread that reads uploaded pictures starts with (file: URL). */
export const INPUT_PICTURE_WORKER = pathToFileURL(programFile('edits/decoding/input-picture.worker.js')).href;

/** The folder of the page's files. */
export const PLAYGROUND_DIR = programFile('playground');

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

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json (both src/ and dist/ lie directly below it). */
export const PACKAGE_DIR = fileURLToPath(new URL('../../', import.meta.url));

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
  description: string;
};

export const PACKAGE_VERSION = manifest.version;
export const PACKAGE_DESCRIPTION = manifest.description;

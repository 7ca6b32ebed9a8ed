import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli');
/** What is run, and what it loads to serve or to edit. */
const ENTRIES = ['main.ts', 'commands/serve.ts', 'commands/edit.ts'].map((file) => join(CLI, file));
const IMPORT = /^(?:import|export) (?!type )(?:[^;]*? from )?'([^']+)';$/gm;

/** What a module loads before its first statement runs: files of ours, and packages by name. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    const name = target.startsWith('.') ? join(dirname(file), target.replace(/\.js$/, '.ts')) : target;
    if (seen.has(name)) continue;
    seen.add(name);
    if (target.startsWith('.')) loadedBy(name, seen);
  }
  return seen;
}

test('the engine is launched with validated settings before any library is loaded but what compares two words', () => {
  const seen = new Set<string>();
  for (const entry of ENTRIES) loadedBy(entry, seen);
  const loaded = [...seen];
  expect(loaded.some((name) => name.endsWith('config/read-settings.ts'))).toBe(true);
  expect(loaded.some((name) => name.endsWith('inference/engine-launcher.ts'))).toBe(true);
  expect(loaded.filter((name) => !name.startsWith('/') && !name.startsWith('node:'))).toEqual(['leven']);
});

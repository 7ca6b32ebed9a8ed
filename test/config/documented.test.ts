import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseEnvFile } from '../../src/config/env-file.js';
import { knownVariables, readSettings } from '../../src/config/read-settings.js';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

const example = read('.env.example');
const configuration = /## Configuration\n([^]*?)\n## /.exec(read('README.md'))?.[1] ?? '';

describe('what the reader asks for is what is documented', () => {
  test('.env.example has every variable, with its default or commented out, and no other', () => {
    const { variables, faults } = parseEnvFile(example);
    expect(faults).toEqual([]);
    const commented = [...example.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name = '']) => name);
    expect(sorted([...variables.keys(), ...commented])).toEqual(sorted(knownVariables()));
    expect(readSettings(Object.fromEntries(variables))).toEqual(readSettings({}));
  });

  test("README's table has every variable, and no other but OpenTelemetry's", () => {
    const cells = [...configuration.matchAll(/^\| (`[^|]*`)[^|]*\|/gm)].map(([, cell = '']) => cell);
    const names = cells.flatMap((cell) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name));
    expect(sorted(names.filter((name) => !name.startsWith('OTEL_')))).toEqual(sorted(knownVariables()));
  });

  test("README's table names each default that is a plain value", () => {
    const rows = [...configuration.matchAll(/^\| ([^|]*) \| ([^|]*) \|/gm)];
    const { variables } = parseEnvFile(example);
    for (const [, names = '', defaults = ''] of rows) {
      const given = [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => variables.get(name) ?? '');
      const numbers = given.filter((value) => /^\d+$/.test(value));
      for (const value of numbers) expect(defaults.split(/, |`/)).toContain(value);
    }
  });
});

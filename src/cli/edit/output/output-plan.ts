import path from 'node:path';
import type { ResultFormat } from '../../../edits/result-format.js';
import { wrongUsage } from '../../cli-error.js';
import type { Input } from '../inputs.js';
import type { OutputTarget } from './output-target.js';
import { checkName, fileEnding } from './file-format.js';

/** Where each result goes, known before any is made: a file for each variant of each input, or standard output. */
export type OutputPlan = { readonly kind: 'stdout' } | { readonly kind: 'files'; readonly files: readonly string[][] };

/** What is to be made, as far as file names depend on it. */
export interface WantedResults {
  readonly inputs: readonly Input[];
  /** Variants of each input. */
  readonly n: number;
  /** Of the first variant. */
  readonly seed: number;
  readonly format: ResultFormat;
  /** The options that were given. */
  readonly given: Readonly<Record<string, unknown>>;
}

const PLACEHOLDER = /\{([^{}]*)\}/g;
const PLACEHOLDERS = ['name', 'index', 'variant', 'seed', 'ext'];

/** @throws CliError when the target can't hold what is to be made */
export function planOutputs(target: OutputTarget, wanted: WantedResults): OutputPlan {
  const count = wanted.inputs.length * wanted.n;
  if (target.kind === 'stdout') {
    if (count > 1) throw wrongUsage(`${count} results can't go to standard output: give a folder with -o FOLDER/`);
    return { kind: 'stdout' };
  }
  const placeOf = placing(target, wanted);
  const files = wanted.inputs.map((input, index) => {
    const { folder, pattern } = placeOf(input);
    return Array.from({ length: wanted.n }, (_, variant) => {
      const file = fill(pattern, input, index, variant, wanted);
      return folder === null ? file : path.join(folder, file);
    });
  });
  if (target.kind === 'name') {
    if (count > 1 && new Set(files.flat()).size === 1) {
      const { dir, name, ext } = path.parse(target.pattern);
      const place = wanted.n > 1 ? (wanted.inputs.length > 1 ? '{name}-{variant}' : '{variant}') : '{name}';
      throw wrongUsage(
        `${count} results can't go to one file: give a folder (-o FOLDER/) or a pattern such as ${path.join(dir, `${name}-${place}${ext}`)}`,
        'output',
      );
    }
    for (const file of files.flat()) checkName(file, wanted.format, wanted.given);
  }
  refuseCollisions(files, wanted);
  return { kind: 'files', files };
}

/** A file's name with placeholders, and the folder that it goes to; null: the name says it. */
interface Placing {
  readonly folder: string | null;
  readonly pattern: string;
}

function placing(target: Exclude<OutputTarget, { kind: 'stdout' }>, wanted: WantedResults): (input: Input) => Placing {
  const variant = wanted.n > 1 ? '-{variant}' : '';
  switch (target.kind) {
    case 'name': {
      const unknown = [...target.pattern.matchAll(PLACEHOLDER)].find(([, name = '']) => !PLACEHOLDERS.includes(name));
      if (unknown !== undefined) {
        const known = PLACEHOLDERS.map((name) => `{${name}}`).join(', ');
        throw wrongUsage(`-o has the unknown placeholder ${unknown[0]}; known are ${known}`, 'output');
      }
      return () => ({ folder: null, pattern: target.pattern });
    }
    case 'folder':
      return () => ({ folder: target.folder, pattern: `{name}${variant}.{ext}` });
    case 'beside':
      if (wanted.inputs.some(({ isFromFolder }) => isFromFolder)) {
        throw wrongUsage("A folder's results need a place of their own: give one with -o FOLDER/", 'output');
      }
      return ({ path: file }) => ({
        folder: path.dirname(file ?? ''),
        pattern: `{name}-edited${variant}.{ext}`,
      });
  }
}

function fill(pattern: string, input: Input, index: number, variant: number, { seed, format }: WantedResults): string {
  const values: Readonly<Record<string, string>> = {
    name: input.stem,
    index: String(index + 1),
    variant: String(variant + 1),
    seed: String((seed + variant) % 2 ** 32),
    ext: fileEnding(format),
  };
  return pattern.replaceAll(PLACEHOLDER, (whole, name: string) => values[name] ?? whole);
}

function refuseCollisions(files: readonly string[][], { inputs }: WantedResults): void {
  const owners = new Map<string, string>();
  for (const [index, { label }] of inputs.entries()) {
    for (const file of files[index] ?? []) {
      const place = path.resolve(file);
      const owner = owners.get(place);
      if (owner !== undefined) {
        throw wrongUsage(
          `${owner} and ${label} would both become ${file}: give a pattern with {index} or {variant}, as in -o 'FOLDER/{name}-{index}.{ext}'`,
          'output',
        );
      }
      owners.set(place, label);
    }
  }
}

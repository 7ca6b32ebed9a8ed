import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../program/error-code.js';
import type { PlacedArrays } from './placed-arrays.js';
import type { RoundingLoss } from './rounding-loss.js';

/** The list's name in the folder. */
export const FINISHED = 'finished.jsonl';

/** What came of a weight. */
export interface MadeWeight {
  /** CRC-32 of its arrays. */
  readonly sums: readonly number[];
  /** Null where it was not measured. */
  readonly loss: RoundingLoss | null;
}

/** A weight that was written to a file of the folder. */
export interface FinishedWeight extends MadeWeight {
  readonly file: string;
  readonly name: string;
  /** What else its bytes and their places depend on. */
  readonly made: string;
}

/**
 * What was finished in a folder that is being filled: a line for each weight, written when the weight is. Whoever goes on with
 * the folder compares the weights' sums with the files, of which nothing is known after a power failure.
 */
export class FinishedWeights {
  private readonly weights = new Map<string, FinishedWeight>();
  private readonly list: number;

  /** @param folder may hold a list already */
  constructor(folder: string) {
    const path = join(folder, FINISHED);
    const lines = existing(path).split('\n');
    for (const weight of lines.map(parsed)) if (weight !== undefined) this.remember(weight);
    this.list = openSync(path, 'a');
    // The last line may have been cut off.
    if (lines.at(-1) !== '') writeSync(this.list, '\n');
  }

  /** The weight as it was finished in a file, if it was to be the same there. */
  find(file: string, weight: PlacedArrays): FinishedWeight | undefined {
    const found = this.weights.get(key(file, weight.name));
    return found?.made === made(weight) ? found : undefined;
  }

  /** Whether any weight was finished in a file. */
  hasAny(file: string): boolean {
    return [...this.weights.values()].some((weight) => weight.file === file);
  }

  add(file: string, weight: PlacedArrays, { sums, loss }: MadeWeight): FinishedWeight {
    const finished = { file, name: weight.name, made: made(weight), sums, loss };
    this.remember(finished);
    writeSync(this.list, `${JSON.stringify(finished)}\n`);
    return finished;
  }

  close(): void {
    closeSync(this.list);
  }

  private remember(weight: FinishedWeight): void {
    this.weights.set(key(weight.file, weight.name), weight);
  }
}

const key = (file: string, name: string): string => `${file} ${name}`;

const made = (weight: PlacedArrays): string =>
  JSON.stringify([weight.made, weight.arrays.map(({ offset, length }) => [offset, length])]);

function existing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

function parsed(line: string): FinishedWeight | undefined {
  try {
    return JSON.parse(line) as FinishedWeight;
  } catch {
    return undefined;
  }
}

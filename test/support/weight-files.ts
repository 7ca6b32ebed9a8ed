import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoraChoice } from '../../src/protocol/lora.js';
import type { PictureCase } from './fixtures.js';

/** test/reference/weight_files.py makes the committed files, and into another folder one for each type. */
export const WEIGHT_FILES = process.env['WEIGHT_FILES'] ?? join(import.meta.dirname, '..', 'fixtures', 'weight-files');

/** A picture from a file's weights. */
export interface WeightFileCase extends PictureCase {
  readonly file: string;
  readonly lora?: LoraChoice;
  /** The LoRA's folder, below WEIGHT_FILES. */
  readonly lora_folder?: string;
}

const CASES = JSON.parse(readFileSync(join(WEIGHT_FILES, 'manifest.json'), 'utf8')) as readonly WeightFileCase[];

export const weightFileNames = (): string[] => [...new Set(CASES.map(({ file }) => file))];

export const casesOf = (file: string): WeightFileCase[] => CASES.filter((item) => item.file === file);

import path from 'node:path';
import type { ResultFormat } from '../../../edits/result-format.js';
import { wrongUsage } from '../../cli-error.js';

/** The formats that a file's ending names. */
const FORMATS: Readonly<Record<string, ResultFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.pt': 'pt',
};

/** The ending of a format's files, without its dot. */
export function fileEnding(format: ResultFormat): string {
  return format === 'jpeg' ? 'jpg' : format;
}

/** The fields that a file's name decides when no option does. */
export function fieldsOfName(
  name: string,
  given: Readonly<Record<string, unknown>>,
): { output_format?: string; output_type?: string } {
  const format = FORMATS[path.extname(name).toLowerCase()];
  if (format === undefined || given['output_format'] !== undefined || given['output_type'] !== undefined) return {};
  return format === 'pt' ? { output_type: 'pt' } : { output_format: format };
}

/** @throws CliError when a file's name promises another format than the result has */
export function checkName(name: string, format: ResultFormat, given: Readonly<Record<string, unknown>>): void {
  const ending = path.extname(name).toLowerCase();
  const promised = FORMATS[ending];
  if (promised === format) return;
  if (promised !== undefined) {
    throw wrongUsage(`-o ${name} is the name of a ${promised} file, but the options ask for ${format}`, 'output');
  }
  if (given['output_format'] === undefined && given['output_type'] === undefined) {
    throw wrongUsage(
      `-o ${name} names no format: end it with .png, .jpg, .webp or .pt, or with / for a folder; or give --output_format`,
      'output',
    );
  }
}

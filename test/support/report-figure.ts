import { appendFileSync } from 'node:fs';

/** Appends one measured figure to the file that PARITY_TABLE names, as a row of a Markdown table; without it, does nothing. */
export function reportFigure(stage: string, name: string, figure: string): void {
  const file = process.env['PARITY_TABLE'];
  if (file !== undefined) appendFileSync(file, `| ${stage} | ${name} | ${figure} |\n`);
}

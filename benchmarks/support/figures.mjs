// @ts-check
/** What benchmarks read from their options and print: lists, medians, tables. */

/** An option's values, which stand between commas. @param {string} list */
export const words = (list) => list.split(',').filter((word) => word !== '');

/** @param {string} list */
export const numbers = (list) => words(list).map(Number);

/** The middle one, or the mean of the middle two. @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
}

/** @param {readonly number[]} values sorted @param {number} share */
export const quantile = (values, share) =>
  values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

/** A row of a Markdown table. @param {readonly (string | number)[]} cells */
export const tableRow = (cells) => `| ${cells.join(' | ')} |`;

/** A Markdown table's first two lines. @param {readonly string[]} titles */
export const tableHead = (titles) => `${tableRow(titles)}\n|${'---|'.repeat(titles.length)}`;

/**
 * How fast values grow: the slope of the line through them with the least squares.
 * @param {readonly number[]} values at even distances
 * @returns {number} a distance
 */
export function slope(values) {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [products, squares] = [0, 0];
  for (const [index, value] of values.entries()) {
    products += (index - middle) * (value - mean);
    squares += (index - middle) ** 2;
  }
  return products / squares;
}

/** A share from 0 to 1 in percent: never 0 for something, nor 100 for not quite all. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1%';
  if (share > 0.99 && share < 1) return '>99%';
  return `${Math.round(share * 100)}%`;
}

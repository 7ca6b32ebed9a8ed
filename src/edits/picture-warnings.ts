import type { PictureFile } from '../jobs/job-snapshot.js';

/** What there is to know of an answer's pictures: each text once, with the pictures' numbers where it isn't about all of them. */
export function pictureWarnings(files: readonly PictureFile[]): string[] {
  const texts = new Set(files.flatMap(({ warnings }) => warnings));
  return [...texts].map((text) => {
    const numbers = files.flatMap(({ warnings }, index) => (warnings.includes(text) ? [index + 1] : []));
    return numbers.length === files.length ? text : `${whichResults(numbers, files.length)}: ${text}`;
  });
}

function whichResults(numbers: readonly number[], count: number): string {
  return `${numbers.length === 1 ? 'Result' : 'Results'} ${numbers.join(', ')} of ${count}`;
}

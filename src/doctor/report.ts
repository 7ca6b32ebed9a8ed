import type { Finding } from './finding.js';

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: '✓', warn: '!', fail: '✗' };

/** The findings for people: what was looked at, what was found, what to do. */
export function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  return findings
    .flatMap(({ about, state, found, todo }) => {
      const lines = [...found, ...(todo === undefined ? [] : [`→ ${todo}`])];
      return lines.map((line, index) => {
        const head = index === 0 ? `${MARKS[state]} ${about.padEnd(width)}` : ' '.repeat(width + 2);
        return `${head}  ${line}`;
      });
    })
    .join('\n');
}

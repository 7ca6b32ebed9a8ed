import { describe, expect, test } from '@jest/globals';
import { BarReporter } from '../../../src/cli/edit/report/bar-reporter.js';
import { duration } from '../../../src/cli/edit/report/duration.js';
import { TimeLeft } from '../../../src/cli/edit/report/time-left.js';

const CLEAR = '\r\u001b[K';

function terminalOf(columns: number): { columns: number; written: string[]; write(text: string): void } {
  const written: string[] = [];
  return { columns, written, write: (text) => void written.push(text) };
}

describe('the bar', () => {
  const HALF = { type: 'progress', step: 4, steps: 8, image: 1, images: 1, etaSeconds: 70 } as const;

  test('one line that is drawn again and taken away at the end', () => {
    const terminal = terminalOf(200);
    const bar = new BarReporter(terminal);
    bar.preparing('Loading the model');
    bar.progress('photo.jpg', HALF);
    bar.progress('photo.jpg', { ...HALF, step: 8, image: 2, images: 4, etaSeconds: null });
    bar.end();
    bar.end();
    expect(terminal.written).toEqual([
      `${CLEAR}Loading the model …`,
      `${CLEAR}[############............] step 4 of 8, 1 min 10 s left  photo.jpg`,
      `${CLEAR}[############............] result 2 of 4, step 8 of 8  photo.jpg`,
      CLEAR,
    ]);
  });

  test('it never wraps, and a name can’t steer the terminal', () => {
    const terminal = terminalOf(70);
    new BarReporter(terminal).progress('\u001b[2Jé.png'.repeat(9), HALF);
    const [line = ''] = terminal.written;
    expect(line.slice(CLEAR.length)).toHaveLength(69);
    expect(line.slice(CLEAR.length)).toMatch(/left {2}\?\[2J/);
  });
});

test.each([
  [-1, '0 s'],
  [0.4, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [3599, '59 min 59 s'],
  [3601, '1 h 0 min'],
  [7500, '2 h 5 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

describe('the time that is left', () => {
  test('inputs that are to come count as long as this one, until one is done', () => {
    const left = new TimeLeft(3);
    left.begin();
    expect(left.seconds(1, null)).toBeNull();
    expect(left.seconds(1, 1000)).toBeGreaterThanOrEqual(3000);
    left.finish();
    left.begin();
    // The one that is done took no time worth naming.
    expect(left.seconds(2, 1000)).toBeLessThan(2000);
  });
});

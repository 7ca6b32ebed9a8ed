import { describe, expect, test } from '@jest/globals';
import { ProgressReports, type StepReport } from '../../../src/jobs/redis/progress-reports.js';

function report(step: number): StepReport {
  return { progress: { step, steps: 50, image: 1, images: 1, etaSeconds: null }, pictureSeconds: null };
}

describe('reports of a picture’s steps', () => {
  /** Reports that are made at once, however slow the machine is. */
  const open = (): { reports: ProgressReports; passed: number[] } => {
    const passed: number[] = [];
    const pass = ({ progress }: StepReport): Promise<unknown> => Promise.resolve(passed.push(progress.step));
    return { reports: new ProgressReports(pass, () => 1000), passed };
  };

  test('the first is passed on at once; of those that follow soon only the latest, in the end', async () => {
    const { reports, passed } = open();
    await reports.add(report(1));
    expect(passed).toEqual([1]);
    await Promise.all([2, 3, 4].map((step) => reports.add(report(step))));
    expect(passed).toEqual([1, 4]);
    // It waits again.
    void reports.add(report(5));
    expect(passed).toEqual([1, 4]);
  });

  test('what waits can be passed on before its time, or taken by who passes it on with something else', async () => {
    const { reports, passed } = open();
    await reports.add(report(1));
    void reports.add(report(2));
    await reports.flush();
    expect(passed).toEqual([1, 2]);
    const waiting = reports.add(report(3));
    expect(reports.take()?.progress.step).toBe(3);
    expect(reports.take()).toBeNull();
    await waiting;
    expect(passed).toEqual([1, 2]);
  });
});

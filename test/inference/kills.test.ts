import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { edit, type EditBody, type Fields, goodForm, postEdit } from '../support/edit-form.js';
import { readEvents } from '../support/event-stream.js';
import { expectError } from '../support/expect-error.js';
import { type JobBody, jobEnds, submitJob } from '../support/jobs.js';
import { reportFigure } from '../support/report-figure.js';
import { TestServer } from '../support/server.js';

/** A step of it lasts long enough to be hit in its middle. */
const LARGE: Fields = { num_inference_steps: '150', size: '1024x1024', true_cfg_scale: '1', progress: 'true' };
/** Steps after which their pace is known. */
const PACED = 4;

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('twenty engines that are killed: the edit fails at once and is not repeated, jobs that wait are served', () => {
  let server: TestServer;
  let right: EditBody['data'];
  beforeAll(async () => {
    server = await TestServer.start({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    right = (await edit(server.url, goodForm())).data;
  });
  afterAll(() => server.stop());

  const engines = (): number => (server.log.match(/Engine process \d+ started/g) ?? []).length;
  /** The next engine waits before its load until the gate is opened. */
  const kill = async (): Promise<void> => {
    await server.closeGate();
    process.kill(server.enginePid, 'SIGKILL');
  };

  const expectToldKilled = async (): Promise<void> => {
    const response = await fetch(`${server.url}/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'not_ready',
      reason: expect.stringMatching(/^loading: the engine process was killed/),
    });
  };

  /** A plain edit, and the job that it is by its key, whose steps can be seen. */
  const startLarge = async (): Promise<{ id: string; answer: Promise<Response> }> => {
    const key = { 'idempotency-key': randomUUID() };
    const { id } = await submitJob(server.url, LARGE, key);
    return { id, answer: postEdit(server.url, goodForm(LARGE), key) };
  };

  /**
   * Kills the engine at a step's event, or that share of a step later, and looks what comes of the edit and of a job behind it.
   * @param killMore done while there is no engine, tells how many it has killed
   */
  const killInEdit = async (stepShare: number, killMore = (): Promise<number> => Promise.resolve(0)): Promise<void> => {
    const started = engines();
    const { id, answer } = await startLarge();
    let waiting: JobBody | undefined;
    let killed: { readonly afterStep: number; readonly sinceStep: number } | undefined;
    const times: number[] = [];
    const stepsAfter: number[] = [];
    for await (const { name, data } of readEvents(await fetch(`${server.url}/v1/images/edits/${id}/events`))) {
      if (name !== 'image_edit.progress') continue;
      if (killed !== undefined) stepsAfter.push(Number(data['step']));
      times.push(performance.now());
      waiting ??= await submitJob(server.url);
      if (killed !== undefined || times.length <= PACED) continue;
      const stepMilliseconds = (performance.now() - (times[0] ?? NaN)) / (times.length - 1);
      if (stepShare > 0) await pause(stepShare * stepMilliseconds);
      await kill();
      const sinceStep = (performance.now() - (times.at(-1) ?? NaN)) / stepMilliseconds;
      killed = { afterStep: Number(data['step']), sinceStep };
    }
    // The next engine is not there yet: nobody waits for it to say so.
    const failed = await answer;
    expect(failed.headers.get('x-should-retry')).toBe('false');
    await expectError(failed, {
      status: 500,
      code: 'GENERATION_ERROR',
      message: /^Image generation failed: the engine process was killed/,
    });
    await expectToldKilled();
    const more = await killMore();
    await server.openGate();
    const served = await jobEnds(server.url, waiting?.id ?? '');
    expect(served.result?.data).toEqual(right);
    await server.untilReady();
    // Told later are only steps that were done before, and were on their way: it never began anew, and did not come to its end.
    const steps = [killed?.afterStep ?? NaN, ...stepsAfter];
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    expect(steps.at(-1)).toBeLessThan(Number(LARGE['num_inference_steps']));
    const share = 100 * (killed?.sinceStep ?? NaN);
    reportFigure('kills', `after step ${String(killed?.afterStep)}`, `${share.toFixed(0)} % of a step`);
    expect(engines() - started).toBe(1 + more);
  };

  /**
   * Kills the next engine as it begins, or so many milliseconds into its load.
   * @returns how many were killed: none where it has loaded in less
   */
  const killAtLoad = async (before: number, milliseconds: number): Promise<number> => {
    await server.until(() => engines() > before);
    await expectToldKilled();
    const refused = await postEdit(server.url, goodForm());
    await expectError(refused, { status: 503, code: 'MODEL_NOT_READY', message: 'Model is not ready yet' });
    if (milliseconds > 0) {
      await server.openGate();
      await pause(milliseconds);
      server.holdEngine();
      // The first answer may come before what the engine has said last is heard.
      await fetch(`${server.url}/ready`);
      const { status } = await fetch(`${server.url}/ready`);
      if (status === 200) {
        server.letEngineGoOn();
        return 0;
      }
    }
    await kill();
    return 1;
  };

  test.each([1, 2, 3, 4])('between two steps, %s', async () => {
    await killInEdit(0);
  });

  test.each([1, 2, 3, 4])('inside a step, %s', async () => {
    await killInEdit(0.5);
  });

  test.each([
    ['between two steps', 0, 0],
    ['inside a step', 0.5, 0],
    ['between two steps', 0, 40],
    ['inside a step', 0.5, 80],
    ['between two steps', 0, 120],
    ['inside a step', 0.5, 160],
  ])('%s (at %s of one), and the next engine while it loads, after %s ms', async (_name, stepShare, milliseconds) => {
    const before = engines();
    await killInEdit(stepShare, () => killAtLoad(before, milliseconds));
  });
});

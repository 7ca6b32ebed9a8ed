import { describe, expect, test } from '@jest/globals';
import { edit, goodForm, postEdit } from '../../support/edit-form.js';
import { allEvents, readEvents } from '../../support/event-stream.js';
import { expectError } from '../../support/expect-error.js';
import { deleteJob, type JobBody, jobEnds, jobUntil, submitJob } from '../../support/jobs.js';
import { TestServer } from '../../support/server.js';
import { sharedServer } from '../../support/shared-server.js';

const NO_JOB = { status: 404, code: 'NOT_FOUND', message: 'There is no such job, or not any more', param: null };

describe('jobs', () => {
  const service = sharedServer({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });

  const events = (id: string, lastEventId?: string): Promise<Response> =>
    fetch(`${service.url}/v1/images/edits/${id}/events`, {
      headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    });

  test('202 with the job and where to ask for it; its result is the plain answer', async () => {
    const before = Date.now() / 1000;
    const form = { n: '2', num_inference_steps: '3' };
    const response = await postEdit(service.url, goodForm(form), { prefer: 'respond-async' });
    expect(response.status).toBe(202);
    expect(response.headers.get('preference-applied')).toBe('respond-async');
    const { id, ...job } = (await response.json()) as JobBody;
    expect(response.headers.get('location')).toBe(`/v1/images/edits/${id}`);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(job).toEqual({
      status: expect.stringMatching(/^(queued|running)$/),
      position: job.position,
      progress: job.progress,
      created_at: expect.any(Number),
      started_at: job.started_at,
      finished_at: null,
      error: null,
      result: null,
    });
    const done = await jobEnds(service.url, id);
    expect(done).toMatchObject({ id, status: 'succeeded', position: null, error: null });
    expect(done.progress).toEqual({ step: 3, steps: 3, image: 2, images: 2, eta_seconds: 0 });
    const { created_at: created, started_at: started, finished_at: finished } = done;
    expect([before - 1, created, started, finished]).toEqual(
      [before - 1, created, started, finished].sort((a, b) => Number(a) - Number(b)),
    );
    const plain = await edit(service.url, goodForm(form));
    expect(done.result?.data).toEqual(plain.data);
    expect(Object.keys(done.result ?? {})).toEqual(Object.keys(plain));
  });

  test('faults are answered at once', async () => {
    await expectError(
      await postEdit(service.url, goodForm({ images: Buffer.from('no') }), { prefer: 'respond-async' }),
      {
        status: 400,
        code: 'INVALID_INPUT',
        message: /^Invalid image format at index 0/,
        param: 'images',
      },
    );
  });

  test('a job that fails says why', async () => {
    const { id } = await submitJob(service.url, { prompt: 'ab '.repeat(10_666) });
    expect(await jobUntil(service.url, id, ({ status }) => status === 'failed')).toMatchObject({
      result: null,
      error: { code: 'INVALID_INPUT', param: 'prompt', type: 'invalid_request_error', message: /^prompt has/ },
    });
    const told = await allEvents(await events(id));
    expect(told.map(({ name }) => name)).toEqual(['error']);
    expect((await events(id, told[0]?.id)).status).toBe(204);
  });

  test('an unknown job', async () => {
    for (const path of ['x', '00000000-0000-4000-8000-000000000000']) {
      await expectError(await fetch(`${service.url}/v1/images/edits/${path}`), NO_JOB);
      await expectError(await fetch(`${service.url}/v1/images/edits/${path}/events`), NO_JOB);
      await expectError(await deleteJob(service.url, path), NO_JOB);
    }
  });

  test('events: live, again from the start after the end, and from any point', async () => {
    const { id } = await submitJob(service.url, { n: '3', progress: 'true', num_inference_steps: '5' });
    const live = await allEvents(await events(id));
    const completed = live.filter(({ name }) => name === 'image_edit.completed');
    expect(completed.map(({ data }) => data['image'])).toEqual([1, 2, 3]);
    const again = await allEvents(await events(id));
    expect(again.filter(({ name }) => name === 'image_edit.completed')).toEqual(completed);
    const resumed = await allEvents(await events(id, completed[1]?.id));
    expect(resumed.at(-1)).toEqual(completed[2]);
    expect(resumed.map(({ data }) => data['image'])).not.toContain(2);
    // Whoever has seen all need not come again: that is what 204 says to an EventSource.
    for (const seen of [live.at(-1)?.id, '999999']) {
      const nothing = await events(id, seen);
      expect([nothing.status, await nothing.text()]).toEqual([204, '']);
    }
    await expectError(await events(id, 'x'), {
      status: 400,
      code: 'INVALID_INPUT',
      message: "Last-Event-ID must be an event's id",
      param: null,
    });
  });

  test('a reader that loses its connection goes on where it was', async () => {
    const { id } = await submitJob(service.url, { n: '4', num_inference_steps: '60' });
    const seen: unknown[] = [];
    let last: string | undefined;
    while (seen.length < 4) {
      for await (const event of readEvents(await events(id, last))) {
        seen.push(event.data['image']);
        last = event.id;
        break;
      }
    }
    expect(seen).toEqual([1, 2, 3, 4]);
  });
});

describe('retention', () => {
  test('finished jobs are kept for JOB_RETENTION_SECONDS', async () => {
    const server = await TestServer.start({ env: { JOB_RETENTION_SECONDS: '2' } });
    try {
      const startedAt = performance.now();
      const { id } = await submitJob(server.url, {}, { 'idempotency-key': 'a' });
      await jobEnds(server.url, id);
      let answer = await fetch(`${server.url}/v1/images/edits/${id}`);
      for (; answer.status === 200; answer = await fetch(`${server.url}/v1/images/edits/${id}`)) await answer.text();
      await expectError(answer, NO_JOB);
      // Not before its time; how much later depends on the machine.
      expect(performance.now() - startedAt).toBeGreaterThan(2000);
      expect((await submitJob(server.url, {}, { 'idempotency-key': 'a' })).id).not.toBe(id);
    } finally {
      await server.stop();
    }
  });

  test('and no more than JOB_RETENTION_BYTES of them: the oldest go first', async () => {
    const server = await TestServer.start({ env: { JOB_RETENTION_BYTES: '1048576' } });
    try {
      const ids: string[] = [];
      for (let index = 0; index < 4; index += 1) {
        // A tensor of 384 KB each.
        const { id } = await submitJob(server.url, { output_type: 'pt', size: '256x128' });
        await jobEnds(server.url, id);
        ids.push(id);
      }
      const statuses = await Promise.all(
        ids.map(async (id) => (await fetch(`${server.url}/v1/images/edits/${id}`)).status),
      );
      expect(statuses).toEqual([404, 404, 200, 200]);
    } finally {
      await server.stop();
    }
  });
});

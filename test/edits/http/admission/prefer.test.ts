import { describe, expect, test } from '@jest/globals';
import { edit, type EditBody, goodForm, postEdit } from '../../../support/edit-form.js';
import { expectError } from '../../../support/expect-error.js';
import { BEGUN, deleteJob, ENDLESS, type JobBody, jobRuns, jobsBegin } from '../../../support/jobs.js';
import { metric, metricReaches } from '../../../support/metrics.js';
import { sharedServer } from '../../../support/shared-server.js';

describe('the Prefer header', () => {
  const service = sharedServer({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });

  test.each([
    ['respond-async', true],
    ['Respond-Async', true],
    ['respond-async, wait=0', true],
    ['respond-async; wait=30', true],
    ['respond-async, wait=1.5', true],
    ['respond-async, wait=-1', true],
    ['wait=10', false],
    ['respond-async; foo="a, b"', true],
    ['handling="lenient, respond-async"', false],
    ['return=minimal', false],
    ['"respond-async"', false],
    ['respond-asynchronously', false],
    ['foo=, respond-async', true],
    ['', false],
    // Of 2^50 ways to read it one is enough.
    [`a${'; '.repeat(50)}@, respond-async`, true],
  ])('Prefer: %s', async (prefer, isAsync) => {
    const response = await postEdit(service.url, goodForm(), { prefer });
    expect(response.status).toBe(isAsync ? 202 : 200);
    await response.text();
  });

  test.each(['respond-async, wait=50', 'wait="50";a=b, Respond-Async', 'respond-async, wait=50, wait=0'])(
    'Prefer: %s: done in time, the answer is the plain one',
    async (prefer) => {
      const response = await postEdit(service.url, goodForm({ n: '2', stream: 'true' }), { prefer });
      expect(response.status).toBe(200);
      expect(response.headers.get('preference-applied')).toBe('wait=50');
      expect(response.headers.get('server-timing')).toMatch(/^queue;dur=/);
      expect(((await response.json()) as EditBody).data).toEqual((await edit(service.url, goodForm({ n: '2' }))).data);
    },
  );

  test('Prefer: respond-async, wait=1: not done in time, the answer is the job, which goes on', async () => {
    const response = await postEdit(service.url, goodForm(ENDLESS), { prefer: 'respond-async, wait=1' });
    expect(response.status).toBe(202);
    expect(response.headers.get('preference-applied')).toBe('respond-async, wait=1');
    const { id } = (await response.json()) as JobBody;
    expect(response.headers.get('location')).toBe(`/v1/images/edits/${id}`);
    await jobRuns(service.url, id);
    await deleteJob(service.url, id);
  });

  test('a client that goes away in its wait cancels its edit; a fault in it is answered as ever', async () => {
    const begun = (await metric(service.url, BEGUN)) ?? NaN;
    const cancels = 'qwen_edit_cancels_total{reason="client_gone"}';
    const before = (await metric(service.url, cancels)) ?? NaN;
    const client = new AbortController();
    const left = fetch(`${service.url}/v1/images/edits`, {
      method: 'POST',
      body: goodForm(ENDLESS),
      headers: { prefer: 'respond-async, wait=50' },
      signal: client.signal,
    });
    await jobsBegin(service.url, begun + 1);
    client.abort();
    await expect(left).rejects.toThrow();
    await metricReaches(service.url, cancels, before + 1);
    await expectError(
      await postEdit(service.url, goodForm({ prompt: 'ab '.repeat(10_666) }), { prefer: 'respond-async, wait=50' }),
      { status: 400, code: 'INVALID_INPUT', message: /^prompt has/, param: 'prompt' },
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import { goodForm, postEdit } from '../../support/edit-form.js';
import { expectError } from '../../support/expect-error.js';
import {
  BEGUN,
  deleteJob,
  ENDLESS,
  getJob,
  type JobBody,
  jobEnds,
  jobRuns,
  jobsBegin,
  LONG,
  submitJob,
} from '../../support/jobs.js';
import { metric, metricReaches } from '../../support/metrics.js';
import { sharedServer } from '../../support/shared-server.js';

describe('Idempotency-Key', () => {
  const service = sharedServer({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });

  const FIELDS = { num_inference_steps: '2', seed: undefined };

  test('the same key and body is the same job, also at the same time; another body is refused', async () => {
    const key = { 'idempotency-key': 'first' };
    const jobs = await Promise.all(Array.from({ length: 5 }, () => submitJob(service.url, FIELDS, key)));
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
    const [{ id } = { id: '' }] = jobs;
    await jobEnds(service.url, id);
    const again = await submitJob(service.url, FIELDS, key);
    expect(again).toEqual(await getJob(service.url, id));
    // A plain request with it gets the job's result, though its seed was random.
    const plain = await postEdit(service.url, goodForm(FIELDS), key);
    expect(((await plain.json()) as JobBody['result'])?.data).toEqual(again.result?.data);
    await expectError(await postEdit(service.url, goodForm({ ...FIELDS, prompt: 'other' }), key), {
      status: 409,
      code: 'CONFLICT',
      message: 'This Idempotency-Key was used with another body',
      param: null,
    });
  });

  test('two plain requests share the work; it is cancelled only when both have gone', async () => {
    const key = { 'idempotency-key': 'shared' };
    const begun = (await metric(service.url, BEGUN)) ?? NaN;
    service.server.holdEngine();
    const [leaving, staying] = [
      new AbortController(),
      postEdit(service.url, goodForm({ ...LONG, seed: undefined }), key),
    ];
    const left = fetch(`${service.url}/v1/images/edits`, {
      method: 'POST',
      body: goodForm({ ...LONG, seed: undefined }),
      headers: key,
      signal: leaving.signal,
    });
    await jobsBegin(service.url, begun + 1);
    // Itself, and both of them.
    await metricReaches(service.url, 'qwen_edit_http_requests_in_flight', 3);
    leaving.abort();
    await expect(left).rejects.toThrow();
    await service.server.until(() => service.server.log.includes('path=/v1/images/edits status=499'));
    service.server.letEngineGoOn();
    const response = await staying;
    expect(response.status).toBe(200);
    await response.text();
  });

  test('after a cancellation the key is free', async () => {
    const key = { 'idempotency-key': 'cancelled' };
    const { id } = await submitJob(service.url, ENDLESS, key);
    await jobRuns(service.url, id);
    await deleteJob(service.url, id);
    const again = await submitJob(service.url, FIELDS, key);
    expect(again.id).not.toBe(id);
    expect((await jobEnds(service.url, again.id)).status).toBe('succeeded');
  });

  test.each(['a b', 'ä', 'a'.repeat(256)])('a key that is none: %s', async (key) => {
    await expectError(await postEdit(service.url, goodForm(), { 'idempotency-key': key }), {
      status: 400,
      code: 'INVALID_INPUT',
      message: 'Idempotency-Key must be 1 to 255 visible ASCII characters',
      param: null,
    });
  });
});

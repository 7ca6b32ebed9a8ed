import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ERROR_TABLE } from '../../src/http/errors/error-table.js';
import { goodForm, postEdit } from '../support/edit-form.js';
import { BEGUN, ENDLESS } from '../support/jobs.js';
import { metric, scrape } from '../support/metrics.js';
import { TestServer } from '../support/server.js';

const QUEUE_LIMIT = 7;

describe('GET /metrics', () => {
  let server: TestServer;
  let url: string;
  beforeAll(async () => {
    server = await TestServer.start({
      env: { SHUTDOWN_GRACE_SECONDS: '0', API_KEY: 'a key', QUEUE_LIMIT: String(QUEUE_LIMIT) },
    });
    ({ url } = server);
  });
  afterAll(() => server.stop());
  const key = { authorization: 'Bearer a key' };

  const until = async (series: string, value: number): Promise<void> => {
    while ((await metric(url, series)) !== value) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  test('is open, in Prometheus’ text format, each metric named and explained', async () => {
    const response = await fetch(`${url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    const { kinds } = await scrape(url);
    for (const [name, kind] of kinds) {
      expect(text).toContain(`# HELP ${name} `);
      expect(name).toMatch(/^qwen_edit_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(kind === 'counter');
      if (kind === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });

  test('requests by route, status and code; what callers make up is no route', async () => {
    await (await postEdit(url, goodForm({ n: '0' }), key)).text();
    await (await postEdit(url, goodForm())).text();
    for (const path of ['/a', '/b', '/v1/c']) await (await fetch(url + path)).text();
    const requests = 'qwen_edit_http_requests_total';
    await until(`${requests}{method="POST",route="/v1/images/edits",status="400",code="INVALID_INPUT"}`, 1);
    await until(`${requests}{method="POST",route="/v1/images/edits",status="401",code="UNAUTHORIZED"}`, 1);
    await until(`${requests}{method="GET",route="none",status="404",code="NOT_FOUND"}`, 3);
  });

  test('an edit counts: its pictures, stages, steps and wait', async () => {
    const before = (await scrape(url)).values;
    const response = await postEdit(url, goodForm({ n: '2', num_inference_steps: '5' }), key);
    expect(response.status).toBe(200);
    await response.text();
    const after = (await scrape(url)).values;
    const grown = (series: string): number => (after.get(series) ?? 0) - (before.get(series) ?? 0);
    expect(grown('qwen_edit_pictures_total{engine="0"}')).toBe(2);
    for (const stage of ['text', 'encode', 'denoise', 'decode']) {
      expect(grown(`qwen_edit_stage_duration_seconds_count{stage="${stage}",engine="0"}`)).toBe(2);
    }
    expect(grown('qwen_edit_stage_duration_seconds_sum{stage="denoise",engine="0"}')).toBeGreaterThan(0);
    expect(grown('qwen_edit_step_duration_seconds_count{engine="0"}')).toBe(8);
    expect(grown('qwen_edit_queue_wait_seconds_count')).toBe(1);
    expect(after.get('qwen_edit_queue_limit_jobs')).toBe(QUEUE_LIMIT);
  });

  test('depth and cancels by reason', async () => {
    const post = async (): Promise<string> => {
      const response = await postEdit(url, goodForm(ENDLESS), { ...key, prefer: 'respond-async' });
      return ((await response.json()) as { id: string }).id;
    };
    const [running, waiting] = [await post(), await post()];
    await until('qwen_edit_queue_depth_jobs', 1);
    await until('qwen_edit_pictures_in_flight', 1);
    for (const id of [waiting, running]) {
      await fetch(`${url}/v1/images/edits/${id}`, { method: 'DELETE', headers: key });
    }
    await until('qwen_edit_cancels_total{reason="deleted"}', 2);
    await until('qwen_edit_queue_depth_jobs', 0);
    await until('qwen_edit_pictures_in_flight', 0);
    const begun = (await metric(url, BEGUN)) ?? NaN;
    const client = new AbortController();
    const left = fetch(`${url}/v1/images/edits`, {
      method: 'POST',
      body: goodForm(ENDLESS),
      headers: key,
      signal: client.signal,
    });
    await until(BEGUN, begun + 1);
    // The scrape itself, and the edit.
    await until('qwen_edit_http_requests_in_flight', 2);
    client.abort();
    await expect(left).rejects.toThrow();
    await until('qwen_edit_cancels_total{reason="client_gone"}', 1);
    await until('qwen_edit_http_requests_in_flight', 1);
  });

  test('memory, lag, readiness and restarts', async () => {
    const { values } = await scrape(url);
    const api = values.get('qwen_edit_resident_memory_bytes{process="api"}') ?? 0;
    expect(api).toBeGreaterThan(50e6);
    expect(api).toBeLessThan(1e9);
    if (process.platform === 'linux') {
      expect(values.get('qwen_edit_resident_memory_bytes{process="engine",engine="0"}')).toBeGreaterThan(50e6);
    }
    expect(values.get('qwen_edit_event_loop_lag_seconds_count')).toBeGreaterThan(0);
    expect(values.get('qwen_edit_model_ready')).toBe(1);
    expect(values.get('qwen_edit_engine_ready{engine="0"}')).toBe(1);
    expect(values.get('qwen_edit_engine_model_info{engine="0",model="tiny-plain"}')).toBe(1);
    expect(values.get('qwen_edit_engine_restarts_total{engine="0"}')).toBe(0);
    process.kill(server.enginePid, 'SIGKILL');
    await until('qwen_edit_engine_restarts_total{engine="0"}', 1);
    await until('qwen_edit_model_ready', 1);
  });

  test('the Grafana dashboard shows every metric, and no other', async () => {
    const path = join(import.meta.dirname, '..', '..', 'deploy', 'grafana', 'dashboard.json');
    const dashboard = JSON.parse(readFileSync(path, 'utf8')) as {
      panels: readonly { targets?: readonly { expr: string }[] }[];
    };
    const shown = dashboard.panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) =>
        [...expr.matchAll(/qwen_edit_\w+/g)].map(([name]) => name.replace(/_(bucket|sum)$/, '')),
      ),
    );
    expect([...new Set(shown)].sort()).toEqual([...(await scrape(url)).kinds.keys()].sort());
  });

  test('the alert rules ask for metrics, labels and values that there are', async () => {
    await (await postEdit(url, goodForm(), key)).text();
    const { kinds, values } = await scrape(url);
    const path = join(import.meta.dirname, '..', '..', 'deploy', 'prometheus', 'alerts.yaml');
    const rules = readFileSync(path, 'utf8');
    const asked = [...rules.matchAll(/(qwen_edit_\w+)(\{[^}]*\})?/g)];
    expect(asked.length).toBeGreaterThan(10);
    const series = [...values.keys()];
    for (const [, name = '', labels = ''] of asked) {
      expect([name, kinds.has(name.replace(/_(bucket|sum|count)$/, ''))]).toEqual([name, true]);
      for (const [, label = ''] of labels.matchAll(/(\w+)[=!~]+"/g)) {
        expect(series.find((each) => each.startsWith(`${name}{`))).toContain(`${label}="`);
      }
      const [, route] = /route="([^"]*)"/.exec(labels) ?? [];
      if (route !== undefined) expect(series.join('\n')).toContain(`${name}{method="POST",route="${route}"`);
    }
    const codes = [...rules.matchAll(/code!?="([A-Z_]+)"/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(1);
    expect(codes.filter((code = '') => !(code in ERROR_TABLE))).toEqual([]);
  });
});

describe('the log', () => {
  const SECRET = 'a-key-that-nobody-sees';
  const PROMPT = 'a prompt that only the author knows';

  const logOf = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const server = await TestServer.start({ env: { API_KEY: SECRET, ...env } });
    const headers = { authorization: `Bearer ${SECRET}`, 'x-request-id': 'my-edit' };
    const response = await postEdit(
      server.url,
      goodForm({ prompt: PROMPT, n: '2', num_inference_steps: '3' }),
      headers,
    );
    expect(response.status).toBe(200);
    await response.text();
    await (await postEdit(server.url, goodForm({ n: '0' }), headers)).text();
    await (await fetch(`${server.url}/v1/models?key=${SECRET}`, { headers })).text();
    await server.until(() => /path(=|":")\/v1\/models\b.*status\W+200/.test(server.log));
    await server.stop();
    expect(server.log).not.toContain(SECRET);
    expect(server.log).not.toContain(Buffer.from(`:${SECRET}`).toString('base64'));
    return server.log;
  };

  test('probes that went well are in the log at debug level only', async () => {
    const server = await TestServer.start();
    for (const path of ['/health', '/ready', '/metrics', '/health/x', '/v1/models'])
      await (await fetch(server.url + path)).text();
    await server.until(() => server.log.includes('path=/v1/models status=200'));
    expect(server.log).toContain('path=/health/x status=404');
    expect(server.log).not.toMatch(/path=\/(health|ready|metrics) /);
    await server.stop();
  });

  test('what probes are told while the model loads is no line either: the change of its state is', async () => {
    const server = await TestServer.start({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    await server.stopNextEngine();
    for (let probe = 0; probe < 5; probe += 1) expect((await fetch(`${server.url}/ready`)).status).toBe(503);
    // A caller that is refused is news.
    expect((await postEdit(server.url, goodForm())).status).toBe(503);
    await server.until(() => server.log.includes('path=/v1/images/edits status=503'));
    expect(server.log).not.toContain('path=/ready');
    expect(server.log.match(/The engine process was killed .* it starts again/g)).toHaveLength(1);
    process.kill(server.enginePid, 'SIGCONT');
    await server.untilReady();
    await server.stop();
  });

  test('LOG_FORMAT=json: one object a line, the same fields by their names', async () => {
    const log = await logOf({ LOG_FORMAT: 'json', LOG_LEVEL: 'debug' });
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    for (const line of lines) {
      expect(line).toMatchObject({
        level: expect.stringMatching(/^(debug|info|warning|error)$/),
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        context: expect.any(String),
        message: expect.any(String),
      });
    }
    expect(lines.find(({ id, job }) => id === 'my-edit' && job !== undefined)).toMatchObject({
      level: 'info',
      message: 'POST /v1/images/edits',
      method: 'POST',
      path: '/v1/images/edits',
      status: 200,
      ms: expect.any(Number),
      job_status: 'succeeded',
      model_ms: expect.any(Number),
    });
    expect(lines.find(({ prompt }) => prompt !== undefined)).toMatchObject({ level: 'debug', prompt: PROMPT });
    expect(lines.find(({ status }) => status === 400)).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('one line a request with its sizes and times, neither prompt nor key in it', async () => {
    const log = await logOf({ LOG_LEVEL: 'info' });
    const lines = log.split('\n').filter((line) => line.includes('id=my-edit'));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /id=my-edit method=POST path=\/v1\/images\/edits status=200 in=\d{4,} out=\d{4,} ms=[\d.]+ job=[\da-f-]{36} job_status=succeeded inputs=1 n=2 steps=3 size=(auto|\d+x\d+) queue_ms=[\d.]+ model_ms=[\d.]+$/,
    );
    expect(Number(/model_ms=([\d.]+)/.exec(lines[0] ?? '')?.[1])).toBeGreaterThan(0);
    expect(lines[1]).toMatch(/status=400 code=INVALID_INPUT in=\d+ out=\d+ ms=[\d.]+$/);
    expect(log).not.toContain(PROMPT);
  });

  test('the prompt at LOG_LEVEL=debug', async () => {
    expect(await logOf({ LOG_LEVEL: 'debug' })).toContain(`id=my-edit prompt="${PROMPT}"`);
  });
});

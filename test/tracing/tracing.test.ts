import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Collector, type Span } from '../support/collector.js';
import { edit, GOOD_PICTURE, goodForm, postEdit } from '../support/edit-form.js';
import { GrpcClient, grpcAddress } from '../support/grpc.js';
import { goodRequest } from '../support/grpc-edit.js';
import { ENDLESS, jobEnds, jobRuns, submitJob } from '../support/jobs.js';
import { TestServer } from '../support/server.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const PROMPT = 'a prompt that only the author knows';

describe('traces', () => {
  let server: TestServer;
  let collector: Collector | undefined;
  const start = async (env: Record<string, string> = {}): Promise<Collector> => {
    collector = await Collector.start();
    const own = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
    server = await TestServer.start({ env: { SHUTDOWN_GRACE_SECONDS: '5', ...own, ...env } });
    return collector;
  };
  afterEach(async () => {
    await server.stop();
    await collector?.stop();
    collector = undefined;
  });

  const one = (spans: readonly Span[]): Span => {
    const [span] = spans;
    if (span === undefined || spans.length > 1) throw new Error(`One span was expected: ${JSON.stringify(spans)}`);
    return span;
  };

  test('a gRPC call lies below its caller, and its picture below it; what fails is named', async () => {
    const { spans } = await start({ GRPC_PORT: '0' });
    const client = new GrpcClient(grpcAddress(server));
    await client.all(goodRequest({ prompt: PROMPT }), { metadata: { traceparent: `00-${TRACE}-${CALLER}-01` } });
    await client.all(goodRequest({ n: 0 })).catch(() => undefined);
    client.close();
    await server.stop();
    const calls = spans.filter(({ name }) => name === 'imageedits.v1.ImageEdits/Edit');
    const edit = one(calls.filter(({ traceId }) => traceId === TRACE));
    expect(edit).toMatchObject({
      parentSpanId: CALLER,
      attributes: { 'rpc.system': 'grpc', 'rpc.service': 'imageedits.v1.ImageEdits', 'rpc.grpc.status_code': 0 },
    });
    expect(one(spans.filter(({ name }) => name === 'picture')).parentSpanId).toBe(edit.spanId);
    const failed = one(calls.filter(({ traceId }) => traceId !== TRACE));
    expect(failed).toMatchObject({
      attributes: { 'rpc.grpc.status_code': 3, 'error.type': 'INVALID_INPUT' },
      status: {},
    });
  });

  test('an edit: its request below the caller, its wait, its pictures and their stages with true times', async () => {
    const { spans } = await start();
    const startedAt = Date.now();
    const form = goodForm({
      prompt: PROMPT,
      images: [GOOD_PICTURE, GOOD_PICTURE],
      num_inference_steps: '7',
      true_cfg_scale: '2',
    });
    const response = await postEdit(server.url, form, {
      traceparent: `00-${TRACE}-${CALLER}-01`,
      'user-agent': 'test/1',
      'x-request-id': 'my-edit',
    });
    expect(response.status).toBe(200);
    const timing = response.headers.get('server-timing') ?? '';
    await response.text();
    await (await fetch(`${server.url}/health`)).text();
    // What is on its way is sent when the service ends.
    expect((await server.stop()).code).toBe(0);
    const endedAt = Date.now();

    const request = one(spans.filter(({ parentSpanId }) => parentSpanId === CALLER));
    expect(request).toMatchObject({
      name: 'POST /v1/images/edits',
      kind: 2,
      traceId: TRACE,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/images/edits',
        'http.response.status_code': 200,
        'url.path': '/v1/images/edits',
        'url.scheme': 'http',
        'user_agent.original': 'test/1',
        'request.id': 'my-edit',
      },
    });
    expect(spans.filter(({ traceId }) => traceId !== TRACE)).toEqual([]);
    const below = (parent: Span, name: string): Span[] =>
      spans.filter((span) => span.parentSpanId === parent.spanId && span.name === name);
    expect(below(request, 'queue')).toHaveLength(1);
    const pictures = below(request, 'picture');
    expect(pictures.map(({ attributes }) => attributes)).toEqual(
      [0, 1].map((index) =>
        expect.objectContaining({
          'edit.image': index + 1,
          'edit.input_index': index,
          'edit.steps': 7,
          'edit.true_cfg_scale': 2,
          'edit.width': 64,
          'edit.height': 64,
        }),
      ),
    );
    let stageMilliseconds = 0;
    for (const picture of pictures) {
      const names = spans.filter(({ parentSpanId }) => parentSpanId === picture.spanId).map(({ name }) => name);
      expect(new Set(names)).toEqual(new Set(['text', 'encode', 'denoise', 'decode']));
      const denoise = one(below(picture, 'denoise'));
      const [decode, encode] = [one(below(picture, 'decode')), one(below(picture, 'encode'))];
      expect(denoise.attributes).toEqual({ steps: 7 });
      expect(denoise.events.map(({ name, attributes }) => [name, attributes['step']])).toEqual(
        [1, 2, 3, 4, 5, 6, 7].map((step) => ['step', step]),
      );
      const moments = [picture.start, encode.start, encode.end, denoise.start, ...denoise.events.map(({ at }) => at)];
      moments.push(denoise.end, decode.start, decode.end, picture.end);
      // Rounded to whole microseconds.
      for (const [index, moment] of moments.slice(1).entries()) {
        expect(moment).toBeGreaterThanOrEqual((moments[index] ?? NaN) - 0.002);
      }
      stageMilliseconds += decode.end - decode.start;
    }
    expect(stageMilliseconds).toBeCloseTo(Number(/decode;dur=([\d.]+)/.exec(timing)?.[1]), 0);
    for (const span of spans) {
      // The time of day may be set a little meanwhile, to which spans don't listen.
      expect(span.start).toBeGreaterThanOrEqual(startedAt - 1000);
      expect(span.end).toBeLessThanOrEqual(endedAt + 1000);
      expect(span.status).toEqual({ code: 0 });
    }
    expect(collector?.resource).toMatchObject({ 'service.name': 'qwen-image-edit-service' });
    expect(collector?.text).not.toContain(PROMPT);
  });

  test('what fails is an error in its span; a job’s spans lie below the request that asked for it', async () => {
    const { spans } = await start({ OTEL_SERVICE_NAME: 'my edits' });
    const { url } = server;
    await (await postEdit(url, goodForm({ n: '0' }))).text();
    const job = await submitJob(url, ENDLESS);
    await jobRuns(url, job.id);
    process.kill(server.enginePid, 'SIGKILL');
    await jobEnds(url, job.id);
    await server.untilReady();
    await server.stop();
    expect(collector?.resource['service.name']).toBe('my edits');
    const [refused, accepted] = spans.filter(({ name }) => name === 'POST /v1/images/edits');
    // The caller's own mistake is no error of the service.
    expect(refused).toMatchObject({
      attributes: { 'http.response.status_code': 400, 'error.type': 'INVALID_INPUT' },
      status: { code: 0 },
    });
    expect(accepted?.attributes['http.response.status_code']).toBe(202);
    const picture = one(spans.filter(({ name }) => name === 'picture'));
    expect(picture.parentSpanId).toBe(accepted?.spanId);
    const message = expect.stringMatching(/^the engine process was killed/);
    expect(picture).toMatchObject({
      attributes: { 'edit.job': job.id, 'error.type': 'failed' },
      status: { code: 2, message },
      events: [{ name: 'exception', attributes: { 'exception.type': 'failed', 'exception.message': message } }],
    });
    const polls = spans.filter(({ name }) => name === 'GET /v1/images/edits/:id');
    expect(polls.length).toBeGreaterThan(0);
  });

  test('an exporter alone asks for them too, in protobuf; the prompt stays out', async () => {
    collector = await Collector.start();
    server = await TestServer.start({
      env: { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces` },
    });
    await edit(server.url, goodForm({ prompt: PROMPT }));
    await server.stop();
    expect([...collector.types]).toEqual(['application/x-protobuf']);
    expect(collector.text).toContain('POST /v1/images/edits');
    expect(collector.text).not.toContain(PROMPT);
  });

  test.each([
    ['nothing listens', false],
    ['nothing answers', true],
  ])(
    'a collector that cannot be reached, because %s: edits and the end of the service do not wait',
    async (_name, isOpen) => {
      // Takes connections, and says nothing.
      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      if (!isOpen) await new Promise((resolve) => silent.close(resolve));
      server = await TestServer.start({
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
          // Whoever waits for the exporter waits longer than a test may last.
          OTEL_EXPORTER_OTLP_TIMEOUT: '1000000',
        },
      });
      for (let round = 0; round < 3; round += 1) await edit(server.url, goodForm());
      expect((await server.stop()).code).toBe(0);
      if (isOpen) silent.close();
    },
  );

  test.each([
    ['no variable asks', {}],
    ['they are switched off', { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }],
    ['the exporter is none', { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }],
  ])('%s: OpenTelemetry’s SDK is not loaded', async (_name, env) => {
    server = await TestServer.start({ env: { ...env, NODE_DEBUG: 'module,esm' } });
    await edit(server.url, goodForm({ n: '2' }));
    expect(server.log).toContain('node_modules/sharp');
    // prom-client brings the empty interfaces of @opentelemetry/api.
    expect(server.log).not.toMatch(/@opentelemetry.(sdk|exporter|otlp)/);
  });
});

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import {
  type ChannelCredentials,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  makeClientConstructor,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { service as healthService } from 'grpc-health-check';
import { readSettings } from '../../../src/config/read-settings.js';
import { failure, GrpcClient, grpcAddress } from '../../support/grpc.js';
import { ENDLESS_REQUEST, goodRequest } from '../../support/grpc-edit.js';
import { metricReaches } from '../../support/metrics.js';
import { TestServer } from '../../support/server.js';

const KEY = 'a key: with colons';
const CERT = join(import.meta.dirname, '..', '..', 'fixtures', 'tls', 'cert.pem');
const TLS = { GRPC_TLS_CERT: CERT, GRPC_TLS_KEY: join(dirname(CERT), 'key.pem') };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

const HealthClient = makeClientConstructor(healthService, 'Health');
const reflection = join(
  dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json')),
  'build/proto/grpc/reflection/v1/reflection.proto',
);
const { ServerReflection } = (
  loadPackageDefinition(loadSync(reflection, { keepCase: true })) as unknown as {
    grpc: { reflection: { v1: { ServerReflection: ServiceClientConstructor } } };
  }
).grpc.reflection.v1;

interface Health {
  Check(request: object, callback: (error: ServiceError | null, answer?: { status: string }) => void): void;
  Watch(request: object): ClientReadableStream<{ readonly status: string }>;
  close(): void;
}
const healthOf = (address: string, channel: ChannelCredentials): Health =>
  new HealthClient(address, channel) as unknown as Health;

/** Names of services, as grpcurl asks for them. */
function listServices(address: string, channel: ChannelCredentials, authorization?: string): Promise<string[]> {
  const client = new ServerReflection(address, channel);
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set('authorization', authorization);
  const open = client['ServerReflectionInfo'] as (metadata: Metadata) => ClientDuplexStream<object, ReflectionAnswer>;
  const stream = open.call(client, metadata);
  stream.write({ list_services: '' });
  return new Promise<string[]>((resolve, reject) => {
    stream.on('error', reject);
    stream.on('data', (answer: ReflectionAnswer) =>
      resolve(answer.list_services_response.service.map(({ name }) => name)),
    );
  }).finally(() => {
    stream.cancel();
    client.close();
  });
}
interface ReflectionAnswer {
  readonly list_services_response: { readonly service: readonly { readonly name: string }[] };
}

describe('with a key and TLS', () => {
  const channel = credentials.createSsl(readFileSync(CERT));
  let server: TestServer;
  let client: GrpcClient;
  beforeAll(async () => {
    server = await TestServer.start({ env: { GRPC_PORT: '0', API_KEY: KEY, ...TLS } });
    client = new GrpcClient(grpcAddress(server), channel);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test.each([
    ['Bearer', `Bearer ${KEY}`],
    ['Basic', basic(`any:${KEY}`)],
    ['Basic without a user', basic(`:${KEY}`)],
  ])('%s: every method is open', async (_name, authorization) => {
    const metadata = { authorization };
    expect(await client.unary('ListModels', {}, { metadata })).toMatchObject({ models: [{ id: 'tiny-plain' }] });
    expect((await client.all(goodRequest(), { metadata })).at(-1)?.event).toBe('completed');
  });

  test.each([
    ['no credentials', {}, 'Credentials are required'],
    ['another key', { authorization: 'Bearer wrong' }, 'Invalid username or password'],
    ['another password', { authorization: basic('a:wrong') }, 'Invalid username or password'],
  ])('%s: every method is refused, before its message is read', async (_name, metadata, text) => {
    const refused = { status: 'UNAUTHENTICATED', reason: 'UNAUTHORIZED', text };
    const large = goodRequest({ images: [Buffer.alloc(8 * 1024 * 1024)] });
    expect(await failure(client.all(large, { metadata }))).toMatchObject(refused);
    expect(await failure(client.all({ job_id: 'a' }, { metadata }, 'WatchJob'))).toMatchObject(refused);
    for (const method of ['GetJob', 'CancelJob', 'ListModels']) {
      expect(await failure(client.unary(method, {}, { metadata }))).toMatchObject(refused);
    }
    await expect(
      listServices(grpcAddress(server), channel, 'authorization' in metadata ? metadata.authorization : undefined),
    ).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  });

  test('reflection names every service to who has the key', async () => {
    expect((await listServices(grpcAddress(server), channel, `Bearer ${KEY}`)).sort()).toEqual([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'imageedits.v1.ImageEdits',
    ]);
  });

  test('probes need no key', async () => {
    const health = healthOf(grpcAddress(server), channel);
    const answer = await new Promise((resolve, reject) => {
      health.Check({ service: 'imageedits.v1.ImageEdits' }, (error, value) => (error ? reject(error) : resolve(value)));
    });
    expect(answer).toEqual({ status: 'SERVING' });
    health.close();
  });

  test('who speaks without TLS gets nothing, and the key is nowhere in the log', async () => {
    const plain = new GrpcClient(grpcAddress(server));
    expect(await failure(plain.unary('ListModels'))).toMatchObject({ status: 'UNAVAILABLE' });
    plain.close();
    expect(server.log).toContain(', with TLS');
    expect(server.log).not.toContain(KEY);
  });
});

test('health follows readiness, and the end', async () => {
  const server = await TestServer.start({ env: { GRPC_PORT: '0', SHUTDOWN_GRACE_SECONDS: '600' } });
  const health = healthOf(grpcAddress(server), credentials.createInsecure());
  const watch = health.Watch({ service: '' });
  watch.on('error', () => undefined);
  const statuses: string[] = [];
  watch.on('data', (message: { readonly status: string }) => statuses.push(message.status));
  const reaches = (...expected: readonly string[]): Promise<void> =>
    server.until(() => statuses.join() === expected.join());
  await reaches('SERVING');
  await server.stopNextEngine();
  await reaches('SERVING', 'NOT_SERVING');
  process.kill(server.enginePid, 'SIGCONT');
  await server.untilReady();
  await reaches('SERVING', 'NOT_SERVING', 'SERVING');
  // The service ends once nobody waits for this any more.
  const client = new GrpcClient(grpcAddress(server));
  const edit = client.open(ENDLESS_REQUEST);
  await metricReaches(server.url, 'qwen_edit_pictures_in_flight', 1);
  process.kill(server.pid, 'SIGTERM');
  await reaches('SERVING', 'NOT_SERVING', 'SERVING', 'NOT_SERVING');
  edit.cancel();
  expect(await server.ended()).toMatchObject({ code: 0 });
  watch.cancel();
  health.close();
  client.close();
});

describe('where it listens', () => {
  const grpcOf = (environment: Record<string, string>): unknown => readSettings(environment).grpc;

  test('nowhere unless GRPC_PORT is set', () => {
    expect(grpcOf({})).toBeNull();
    expect(grpcOf({ ...TLS })).toBeNull();
  });

  test('on loopback, unless it is encrypted or its network trusted', () => {
    expect(grpcOf({ GRPC_PORT: '50051' })).toEqual({ host: '127.0.0.1', port: 50051, tls: null });
    expect(grpcOf({ GRPC_PORT: '50051', HOST: '::1' })).toEqual({ host: '::1', port: 50051, tls: null });
    expect(grpcOf({ GRPC_PORT: '0', GRPC_INSECURE: 'true' })).toEqual({ host: '0.0.0.0', port: 0, tls: null });
    expect(grpcOf({ GRPC_PORT: '1', HOST: '10.0.0.1', ...TLS })).toMatchObject({ host: '10.0.0.1', tls: {} });
  });

  test.each([
    [
      { GRPC_PORT: '50051', HOST: '0.0.0.0' },
      /^GRPC_PORT="50051" is invalid: .*HOST=0\.0\.0\.0: set GRPC_TLS_CERT.*GRPC_INSECURE=true/,
    ],
    [{ GRPC_PORT: 'grpc' }, /^GRPC_PORT="grpc" is invalid: GRPC_PORT must be a whole number from 0 to 65535$/],
    [{ GRPC_TLS_CERT: '/a' }, /^GRPC_TLS_CERT="\/a" is invalid: GRPC_TLS_CERT needs GRPC_TLS_KEY beside it$/],
    [{ GRPC_TLS_KEY: '/a' }, /^GRPC_TLS_KEY="\/a" is invalid: GRPC_TLS_KEY needs GRPC_TLS_CERT beside it$/],
    [{ GRPC_INSECURE: 'yes' }, /^GRPC_INSECURE="yes" is invalid/],
    [{ GRPC_PROT: '1' }, /^GRPC_PROT is unknown: did you mean GRPC_PORT\?$/],
  ])('%j stops the start with one line', (environment, line) => {
    expect(() => readSettings(environment)).toThrow(line);
    expect(() => readSettings(environment)).not.toThrow(/\n/);
  });

  test('files that are none, and a port that is taken, end the start', async () => {
    const start = (env: Record<string, string>): Promise<TestServer> => TestServer.start({ env, untilReady: false });
    const missing = { ...TLS, GRPC_TLS_KEY: '/nowhere/key.pem' };
    await expect(start({ GRPC_PORT: '0', ...missing })).rejects.toThrow("GRPC_TLS_KEY=/nowhere/key.pem can't be read");
    await expect(start({ GRPC_PORT: '0', ...TLS, GRPC_TLS_KEY: CERT })).rejects.toThrow(
      'GRPC_TLS_CERT and GRPC_TLS_KEY must be a certificate and its key in PEM',
    );
    const server = await start({ GRPC_PORT: '0' });
    const [, port = ''] = grpcAddress(server).split(':');
    await expect(start({ GRPC_PORT: port })).rejects.toThrow(`Can't listen for gRPC on 127.0.0.1:${port}`);
    await server.stop();
  });
});

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { freePort } from '../../scripts/support/free-port.mjs';
import { goodForm, postEdit } from '../support/edit-form.js';
import { eventually, isServed } from '../support/redis/scaled.js';
import { TestServer } from '../support/server.js';

const MANIFEST = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes', 'scale', 'redis.yaml');
const PASSWORD = '9f86d081884c7d659a2feaa0c55ad015';

/** What the example for Kubernetes has Redis read, with this machine's folders and a free port. */
function configFile(folder: string, port: number): string {
  const [config] = parseAllDocuments(readFileSync(MANIFEST, 'utf8')).map((document) => document.toJS() as unknown);
  const { data } = config as { readonly data: Readonly<Record<string, string>> };
  const text = (data['redis.conf'] ?? '')
    .replace(/ \/(tls|password|data)(?=\/|$)/gm, ` ${folder}`)
    .replace('tls-port 6379', `tls-port ${port}\nbind 127.0.0.1`);
  const path = join(folder, 'redis.conf');
  writeFileSync(path, text);
  return path;
}

/** A certificate that signs itself, by the command that the example names. */
function makeCertificate(folder: string): void {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files];
  execFileSync('openssl', args, { stdio: 'ignore' });
  writeFileSync(join(folder, 'ca.crt'), readFileSync(join(folder, 'tls.crt')));
}

describe('Redis as the example for Kubernetes sets it up: TLS, a password, a file that outlives it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
  const servers: TestServer[] = [];
  let redis: ChildProcess;
  let port: number;
  const env = (password: string): Record<string, string> => ({
    REDIS_URL: `rediss://:${password}@127.0.0.1:${port}`,
  });
  const start = async (role: string, own: Readonly<Record<string, string>>): Promise<TestServer> => {
    const server = await TestServer.start({ untilReady: false, env: { ROLE: role, ...own } });
    servers.push(server);
    return server;
  };
  beforeAll(async () => {
    makeCertificate(folder);
    writeFileSync(join(folder, 'password.conf'), `requirepass ${PASSWORD}`);
    port = await freePort();
    redis = spawn('redis-server', [configFile(folder, port)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let log = '';
    redis.stdout?.on('data', (text: Buffer) => (log += text.toString()));
    await eventually(() => log.includes('Ready to accept connections'));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    redis.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  test('a service and a worker that know its authority and password edit a picture', async () => {
    const trusted = { ...env(PASSWORD), NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt') };
    const [api] = await Promise.all([start('api', trusted), start('worker', trusted)]);
    await isServed(api);
    expect((await postEdit(api.url, goodForm())).status).toBe(200);
    expect(servers.map(({ log }) => log).join('')).not.toContain(PASSWORD);
  });

  test('who does not know its authority, or the password, gets nothing from it, and says why', async () => {
    const stranger = await start('api', env(PASSWORD));
    const guesser = await start('api', { ...env('guessed'), NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt') });
    await eventually(() => stranger.log.includes("Redis can't be reached: self-signed certificate"));
    await eventually(() => /WRONGPASS|NOAUTH/.test(guesser.log));
    for (const { url } of [stranger, guesser]) expect((await postEdit(url, goodForm())).status).toBe(503);
    expect(guesser.log).not.toContain('guessed');
  });
});

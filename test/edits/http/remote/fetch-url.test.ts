import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { internetRules } from '../../../../src/edits/http/remote/fetch-rules.js';
import { answer, get, HOST, openSites, OTHER_HOST, rules } from '../../../support/site.js';

const site = openSites();

describe('fetching', () => {
  test('the connection goes to the address that was checked, with the name in Host; nothing is resolved twice', async () => {
    const there = await site(answer('a picture'));
    // A resolver that answers with a private address from the second time on.
    let times = 0;
    const by = rules(
      there,
      {},
      {
        resolve: () => {
          times += 1;
          return Promise.resolve([{ address: times === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }]);
        },
      },
    );
    expect(await get(`http://${HOST}:${there.port}/a?b=c`, by)).toBe('a picture');
    expect(times).toBe(1);
    expect(there.asked).toEqual([{ host: `${HOST}:${there.port}`, path: '/a?b=c' }]);
  });

  test.each([
    ['loopback', ['127.0.0.2']],
    ['private', ['10.0.0.1', '192.168.1.1', '172.16.0.1']],
    ['metadata', ['169.254.169.254', 'fd00:ec2::254']],
    ['loopback in IPv6', ['::1', '::ffff:127.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::']],
    ['unspecified', ['0.0.0.0', '::']],
    ['nothing', []],
  ])('a name that stands for %s is not asked, and its addresses are not told', async (_name, addresses) => {
    const there = await site(answer('secret'));
    const fetched = get(`http://${HOST}:${there.port}/`, rules(there, { [HOST]: addresses }));
    await expect(fetched).rejects.toThrow(/^is not fetched: its host has no public address$/);
    expect(there.connectionCount).toBe(0);
  });

  test('of several addresses only those that may be asked are', async () => {
    const there = await site(answer('found'));
    const inside = await site(answer('secret'), undefined, '127.0.0.2');
    const by = rules(there, { [HOST]: ['127.0.0.2', '::1', '127.0.0.1', '10.0.0.1'] });
    expect(await get(`http://${HOST}:${there.port}/`, by)).toBe('found');
    expect(inside.connectionCount).toBe(0);
  });

  test('a service on this machine is not reached by its name', async () => {
    const there = await site(answer('secret'));
    const by = { ...internetRules(['localhost']), isAllowedPort: () => true };
    await expect(get(`http://localhost:${there.port}/`, by)).rejects.toThrow(
      'is not fetched: its host has no public address',
    );
    expect(there.connectionCount).toBe(0);
  });

  test('more bytes than wanted: announced, and sent without being announced', async () => {
    const announced = await site(answer('a'.repeat(1001)));
    await expect(get(`http://${HOST}:${announced.port}/`, rules(announced))).rejects.toMatchObject({
      isTooLarge: true,
    });
    const endless = await site((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('a'.repeat(500)));
      };
      response.on('drain', more);
      more();
    });
    await expect(get(`http://${HOST}:${endless.port}/`, rules(endless))).rejects.toMatchObject({ isTooLarge: true });
    const whole = await site(answer('a'.repeat(1000)));
    expect(await get(`http://${HOST}:${whole.port}/`, rules(whole))).toHaveLength(1000);
  });

  test.each<[string, RequestListener, string]>([
    ['404', answer('', {}, 404), 'was answered with status 404'],
    ['500', answer('', {}, 500), 'was answered with status 500'],
    ['304', answer('', {}, 304), 'was answered with status 304'],
    ['a redirect to nowhere', answer('', {}, 302), 'was answered with status 302'],
    [
      'compressed',
      answer('', { 'content-encoding': 'gzip' }),
      'was answered in a compressed form that was not asked for',
    ],
    [
      'cut off',
      (_request, response) => response.writeHead(200, { 'content-length': '100' }).write('a', () => response.destroy()),
      'was cut off before its end',
    ],
    ['closed', ({ socket }) => socket.destroy(), "has a server that can't be reached"],
    ['no HTTP', ({ socket }) => socket.end('SSH-2.0\r\n'), "has a server that can't be reached"],
  ])('an answer that is %s', async (_name, listener, message) => {
    const there = await site(listener);
    await expect(get(`http://${HOST}:${there.port}/`, rules(there))).rejects.toThrow(message);
  });

  test('a name that does not resolve, and a port that nobody listens at', async () => {
    const there = await site(answer(''));
    await expect(get(`http://${HOST}:${there.port}/`, rules(there, {}))).rejects.toThrow(
      "has a host name that can't be resolved",
    );
    const { port } = there;
    await there.close();
    await expect(get(`http://${HOST}:${port}/`, rules({ port }))).rejects.toThrow(
      /^has a server that can't be reached$/,
    );
  });

  test.each<[string, RequestListener]>([
    ['never answers', () => undefined],
    ['never ends', (_request, response) => response.write('a')],
  ])('a server that %s is left when the time is over', async (_name, listener) => {
    const there = await site(listener);
    await expect(
      get(`http://${HOST}:${there.port}/`, rules(there), { signal: AbortSignal.timeout(300) }),
    ).rejects.toThrow();
    while (there.connections.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  test('a resolver that never answers is left when the time is over', async () => {
    const by = rules({ port: 80 }, {}, { resolve: () => new Promise(() => undefined) });
    await expect(get(`http://${HOST}/`, by, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  });

  describe('https', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-'));
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
    const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
    execFileSync('openssl', ['req', ...options, '-keyout', keyFile, '-out', certFile, ...subject], { stdio: 'ignore' });
    const tls = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
    rmSync(folder, { recursive: true });

    test("the certificate is the name's, and the name is what the server is asked for", async () => {
      const names: unknown[] = [];
      const there = await site(answer('found'), {
        ...tls,
        SNICallback: (name, done) => {
          names.push(name);
          done(null);
        },
      });
      const by = rules(there, undefined, { trusted: tls.cert.toString() });
      expect(await get(`https://${HOST}:${there.port}/`, by)).toBe('found');
      expect(names).toEqual([HOST]);
      expect(there.asked[0]?.host).toBe(`${HOST}:${there.port}`);
    });

    test("a certificate that is another name's, or nobody's", async () => {
      const there = await site(answer('found'), tls);
      const by = rules(there, { [HOST]: ['127.0.0.1'], [OTHER_HOST]: ['127.0.0.1'] }, { trusted: tls.cert.toString() });
      const message = 'has a server whose certificate is not valid';
      await expect(get(`https://${OTHER_HOST}:${there.port}/`, by)).rejects.toThrow(message);
      await expect(get(`https://${HOST}:${there.port}/`, rules(there))).rejects.toThrow(message);
      expect(there.asked).toEqual([]);
    });
  });
});

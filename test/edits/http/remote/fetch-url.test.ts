import { execFileSync } from 'node:child_process';
import type { LookupAddress } from 'node:dns';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http, { type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { checkUrl, type FetchRules, internetRules } from '../../../../src/edits/http/remote/fetch-rules.js';
import { fetchUrl } from '../../../../src/edits/http/remote/fetch-url.js';

const HOST = 'pictures.example';
const OTHER_HOST = 'other.example';

/** A server on loopback that notes what it was asked. */
class Site {
  readonly asked: { readonly host: string | undefined; readonly path: string | undefined }[] = [];
  readonly connections = new Set<Socket>();
  connectionCount = 0;

  private constructor(private readonly server: Server) {
    server.on('request', ({ headers, url }: IncomingMessage) => this.asked.push({ host: headers.host, path: url }));
    server.on('connection', (socket: Socket) => {
      this.connectionCount += 1;
      this.connections.add(socket);
      socket.once('close', () => this.connections.delete(socket));
    });
  }

  static async open(listener: RequestListener, tls?: https.ServerOptions, address = '127.0.0.1'): Promise<Site> {
    const server = tls === undefined ? http.createServer() : https.createServer(tls);
    const site = new Site(server);
    server.on('request', listener);
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    return site;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/**
 * The Internet's own rules, but that `name` stands for what the test says, and that a server of the test may be asked: its
 * port, and 127.0.0.1.
 */
function rules(
  { port }: { readonly port: number },
  names: Readonly<Record<string, readonly string[]>> = { [HOST]: ['127.0.0.1'] },
  more: Partial<FetchRules> = {},
): FetchRules & { readonly resolved: string[] } {
  const internet = internetRules([HOST, '*.pictures.example', OTHER_HOST]);
  const resolved: string[] = [];
  return {
    ...internet,
    resolved,
    isAllowedPort: (candidate) => candidate === port || internet.isAllowedPort(candidate),
    isAllowedAddress: (address) => address === '127.0.0.1' || internet.isAllowedAddress(address),
    resolve: (host): Promise<LookupAddress[]> => {
      resolved.push(host);
      const addresses = names[host];
      if (addresses === undefined) return Promise.reject(new Error(`getaddrinfo ENOTFOUND ${host}`));
      return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
    },
    ...more,
  };
}

const opened: Site[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((site) => site.close()));
});
async function site(listener: RequestListener, tls?: https.ServerOptions, address?: string): Promise<Site> {
  const made = await Site.open(listener, tls, address);
  opened.push(made);
  return made;
}

interface Options {
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** Checks and fetches as the service does. */
async function get(url: string, by: FetchRules, { maxBytes = 1000, signal }: Options = {}): Promise<string> {
  const pieces: Buffer[] = [];
  const checked = checkUrl(url, by);
  await fetchUrl(checked, by, (piece) => pieces.push(piece), {
    maxBytes,
    signal: signal ?? AbortSignal.timeout(10_000),
  });
  return Buffer.concat(pieces).toString();
}

const answer =
  (body: string, headers: Record<string, string> = {}, status = 200): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };

/** Answers each path with a redirect to where it says. */
const redirects =
  (targets: Readonly<Record<string, string>>, status = 302): RequestListener =>
  ({ url = '' }, response: ServerResponse) => {
    const location = targets[url];
    if (location === undefined) response.end('found');
    else response.writeHead(status, { location }).end('moved');
  };

describe('URLs that are refused before anything is asked', () => {
  const by = internetRules([HOST, '*.pictures.example', 'xn--bcher-kva.example']);

  test.each([
    `http://${HOST}/a.png`,
    `https://${HOST}/a.png?b=c`,
    `HTTPS://PICTURES.EXAMPLE/`,
    `http://${HOST}:80/`,
    `https://${HOST}:443/`,
    `http://${HOST}:443/`,
    `https://a.b.${HOST}/`,
    'https://bücher.example/',
  ])('%s is not', (url) => {
    expect(checkUrl(url, by).href).toContain('example');
  });

  test.each([
    ['http://', 'is not a valid URL'],
    ['http://a b/', 'is not a valid URL'],
    ['ftp://pictures.example/a.png', 'is not an http or https URL'],
    ['file:///etc/passwd', 'is not an http or https URL'],
    ['gopher://pictures.example/', 'is not an http or https URL'],
    [`http://user@${HOST}/`, 'must not hold a user name or password'],
    [`http://user:secret@${HOST}/`, 'must not hold a user name or password'],
    [`http://${HOST}:8080/`, 'is not fetched: port 8080 is neither 80 nor 443'],
    [`https://${HOST}:22/`, 'is not fetched: port 22 is neither 80 nor 443'],
    ['http://evil.example/', /^is not fetched: evil\.example is none of the hosts/],
    [`http://${HOST}.evil.example/`, /is none of the hosts/],
    [`http://evil-${HOST}/`, /is none of the hosts/],
    [`http://${HOST}./`, /is none of the hosts/],
    [`http://evil.example#@${HOST}/`, /^is not fetched: evil\.example is none of the hosts/],
    [`http://evil.example\\@${HOST}/`, /^is not fetched: evil\.example is none of the hosts/],
    ['http://localhost/', /is none of the hosts/],
    // One and the same address, in the forms that a URL may have it in.
    ...[
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[fd00:ec2::254]',
    ]
      .concat(['169.254.169.254', '８.８.８.８', '%31%32%37.0.0.1'])
      .map((host): [string, string] => [`http://${host}/`, 'must name its host, not an address']),
  ])('%s', (url, message) => {
    expect(() => checkUrl(url, by)).toThrow(message);
  });

  test('every one where no hosts are set', () => {
    expect(() => checkUrl(`http://${HOST}/`, internetRules([]))).toThrow(/IMAGE_URL_HOSTS is not set/);
  });

  test('the name itself is not below it', () => {
    expect(() => checkUrl('http://pictures.example/', internetRules(['*.pictures.example']))).toThrow(
      /is none of the hosts/,
    );
  });
});

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

  test.each([301, 302, 303, 307, 308])('%d is followed, each time by the same rules', async (status) => {
    const there = await site((request, response) =>
      redirects({ '/1': '/2', '/2': '3', '/3': `//${OTHER_HOST}:${there.port}/4` }, status)(request, response),
    );
    const by = rules(there, { [HOST]: ['127.0.0.1'], [OTHER_HOST]: ['127.0.0.1'] });
    expect(await get(`http://${HOST}:${there.port}/1`, by)).toBe('found');
    expect(there.asked.map(({ host, path }) => `${host ?? ''}${path ?? ''}`)).toEqual([
      ...[1, 2, 3].map((number) => `${HOST}:${there.port}/${number}`),
      `${OTHER_HOST}:${there.port}/4`,
    ]);
    expect(by.resolved).toEqual([HOST, HOST, HOST, OTHER_HOST]);
  });

  test('a fourth redirect is not', async () => {
    const there = await site(redirects({ '/1': '/2', '/2': '/3', '/3': '/4', '/4': '/5' }));
    await expect(get(`http://${HOST}:${there.port}/1`, rules(there))).rejects.toThrow(
      'is redirected more than 3 times',
    );
    expect(there.asked).toHaveLength(4);
    const circle = await site(redirects({ '/': '/' }));
    await expect(get(`http://${HOST}:${circle.port}/`, rules(circle))).rejects.toThrow('more than 3 times');
  });

  test.each([
    ['another host', 'http://evil.example/', 'is none of the hosts'],
    ['an address', 'http://127.0.0.1:PORT/', 'must name its host, not an address'],
    ['metadata', 'http://169.254.169.254/latest/meta-data/', 'must name its host, not an address'],
    ['a decimal address', 'http://2130706433:PORT/', 'must name its host, not an address'],
    ['another port', `http://${HOST}:22/`, 'port 22 is neither 80 nor 443'],
    ['credentials', `http://a:b@${HOST}:PORT/`, 'must not hold a user name or password'],
    ['a file', 'file:///etc/passwd', 'is not an http or https URL'],
    ['data', 'data:image/png;base64,AAAA', 'is not an http or https URL'],
    ['nonsense', 'http://[', 'is not a valid URL'],
  ])('a redirect to %s is not followed', async (_name, location, message) => {
    const there = await site((request, response) =>
      redirects({ '/': location.replace('PORT', String(there.port)) })(request, response),
    );
    const fetched = get(`http://${HOST}:${there.port}/`, rules(there));
    await expect(fetched).rejects.toThrow(/^is redirected, and its new URL /);
    await expect(fetched).rejects.toThrow(message);
    expect(there.asked).toHaveLength(1);
  });

  test('a redirect to a name that stands for an address within is not followed', async () => {
    const there = await site((request, response) =>
      redirects({ '/': `http://${OTHER_HOST}:${there.port}/` })(request, response),
    );
    const by = rules(there, { [HOST]: ['127.0.0.1'], [OTHER_HOST]: ['127.0.0.2', '10.0.0.1'] });
    await expect(get(`http://${HOST}:${there.port}/`, by)).rejects.toThrow('its host has no public address');
    expect(there.asked).toHaveLength(1);
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
    const startedAt = performance.now();
    await expect(
      get(`http://${HOST}:${there.port}/`, rules(there), { signal: AbortSignal.timeout(300) }),
    ).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(5000);
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

import type { LookupAddress } from 'node:dns';
import http, { type IncomingMessage, type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import { checkUrl, type FetchRules, internetRules } from '../../src/edits/http/remote/fetch-rules.js';
import { fetchUrl } from '../../src/edits/http/remote/fetch-url.js';

/** Names that the tests' rules may resolve. */
export const HOST = 'pictures.example';
export const OTHER_HOST = 'other.example';

/** A server on loopback that notes what it was asked. */
export class Site {
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
export function rules(
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

/** Opens sites in the tests of a file; they are closed after each. */
export function openSites(): typeof Site.open {
  const opened: Site[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((site) => site.close()));
  });
  return async (...how) => {
    const site = await Site.open(...how);
    opened.push(site);
    return site;
  };
}

interface FetchOptions {
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** Checks and fetches as the service does. */
export async function get(
  url: string,
  by: FetchRules,
  { maxBytes = 1000, signal }: FetchOptions = {},
): Promise<string> {
  const pieces: Buffer[] = [];
  const checked = checkUrl(url, by);
  await fetchUrl(checked, by, (piece) => pieces.push(piece), {
    maxBytes,
    signal: signal ?? AbortSignal.timeout(50_000),
  });
  return Buffer.concat(pieces).toString();
}

/** Answers each request with the same. */
export const answer =
  (body: string, headers: Record<string, string> = {}, status = 200): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };

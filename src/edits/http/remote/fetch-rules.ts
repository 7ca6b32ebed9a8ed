import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { matchesHost } from '../../../config/host-patterns.js';
import { FetchError } from './fetch-error.js';
import { isPublicAddress } from './public-address.js';

/** What may be asked, and how names become addresses. */
export interface FetchRules {
  /** See hostPatterns. */
  readonly hosts: readonly string[];
  isAllowedPort(port: number): boolean;
  isAllowedAddress(address: string): boolean;
  /** All addresses that a name has; asked once for a connection. */
  resolve(host: string): Promise<readonly LookupAddress[]>;
  /** Certificates that are trusted beside the usual ones (PEM). */
  readonly trusted?: string;
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Names the rules by which the service fetches, for injection. */
export const FETCH_RULES = Symbol('FetchRules');

/** The rules for the Internet. */
export function internetRules(hosts: readonly string[]): FetchRules {
  return {
    hosts,
    isAllowedPort: (port) => Object.values(PORTS).includes(port),
    isAllowedAddress: isPublicAddress,
    resolve: (host) => lookup(host, { all: true }),
  };
}

/**
 * Looks at everything about an address on the web that can be told without asking for it.
 * @param base of a relative address
 * @throws FetchError
 */
export function checkUrl(text: string, rules: FetchRules, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw new FetchError('is not a valid URL');
  const url = new URL(text, base);
  const { protocol, username, password, hostname, port } = url;
  const defaultPort = PORTS[protocol];
  if (defaultPort === undefined) throw new FetchError('is not an http or https URL');
  if (username !== '' || password !== '') throw new FetchError('must not hold a user name or password');
  // A URL's host is in its one form here: what is decimal, octal or hexadecimal has become an address.
  if (isIP(hostname) !== 0 || hostname.startsWith('[')) throw new FetchError('must name its host, not an address');
  if (rules.hosts.length === 0) {
    throw new FetchError(
      'is not fetched: the service fetches no pictures (IMAGE_URL_HOSTS is not set); send a data URL',
    );
  }
  if (!matchesHost(hostname, rules.hosts)) {
    throw new FetchError(
      `is not fetched: ${hostname} is none of the hosts that pictures are fetched from (IMAGE_URL_HOSTS)`,
    );
  }
  if (!rules.isAllowedPort(port === '' ? defaultPort : Number(port))) {
    throw new FetchError(`is not fetched: port ${port} is neither 80 nor 443`);
  }
  return url;
}

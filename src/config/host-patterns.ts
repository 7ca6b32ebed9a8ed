import { isIP } from 'node:net';

const LABEL = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?';
const NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const WILDCARD = '*.';

/**
 * A list of host names, with commas between: exact names, or `*.example.com` for every name below example.com. In the form
 * that URLs have them in: lower case, and other alphabets as IDNA encodes them.
 * @returns null when one is no such name
 */
export function hostPatterns(text: string): readonly string[] | null {
  const patterns = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(hostPattern);
  return patterns.every((pattern) => pattern !== null) ? patterns : null;
}

function hostPattern(text: string): string | null {
  const isWildcard = text.startsWith(WILDCARD);
  const name = urlHost(isWildcard ? text.slice(WILDCARD.length) : text);
  if (name === null) return null;
  // `*.com` is nobody's domain.
  if (isWildcard && !name.includes('.')) return null;
  return isWildcard ? WILDCARD + name : name;
}

function urlHost(name: string): string | null {
  // What else a URL has besides its host, and what is no host's name.
  if (!/^[^\s/\\:?#@%*[\]]+$/.test(name) || !URL.canParse(`http://${name}/`)) return null;
  const { hostname } = new URL(`http://${name}/`);
  return NAME.test(hostname) && isIP(hostname) === 0 ? hostname : null;
}

/** Whether a host, as a URL has it, is one of those that the patterns name. */
export function matchesHost(host: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith(WILDCARD) ? host.endsWith(pattern.slice(1)) : host === pattern,
  );
}

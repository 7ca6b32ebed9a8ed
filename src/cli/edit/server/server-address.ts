import { wrongUsage } from '../../cli-error.js';

const EXAMPLE = 'give an address such as http://localhost:8000';

/** The API below the address that was typed: what its routes are resolved against. @throws CliError */
export function apiAddress(server: string): URL {
  let url: URL;
  try {
    url = new URL(server);
  } catch {
    throw wrongUsage(`--server ${server} is no address: ${EXAMPLE}`, 'server');
  }
  if (!['http:', 'https:'].includes(url.protocol)) throw wrongUsage(`--server ${server}: ${EXAMPLE}`, 'server');
  if (url.username !== '' || url.password !== '') {
    throw wrongUsage('--server must not hold the key: give it as API_KEY or with --api_key', 'server');
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/`;
  url.search = '';
  url.hash = '';
  return url;
}

import type { CorsOrigins } from './settings.js';

/** A scheme, a host and perhaps a port, and nothing behind them: `https://app.example.com`, `tauri://localhost`. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*\\]+$/i;
const EXAMPLE = 'https://app.example.com,http://localhost:3000';

/**
 * Reads CORS_ORIGINS: `*`, or origins with commas between them, each as browsers write it in the header Origin.
 * @returns the origins, or what is wrong with the text, to be said behind the variable's name
 */
export function parseCorsOrigins(text: string): { readonly origins: CorsOrigins } | { readonly fault: string } {
  if (text === '*') return { origins: '*' };
  const origins = text.split(',').map((entry) => entry.trim());
  const [fault] = origins.flatMap(originFaults);
  return fault === undefined ? { origins } : { fault };
}

function originFaults(entry: string): string[] {
  if (entry === '*') return ['must be * alone, or a list of origins without it'];
  const written = browserOrigin(entry);
  if (entry === written) return [];
  const given = JSON.stringify(entry);
  if (written === null) {
    return [`must be * or origins with commas between them, such as ${EXAMPLE}; ${given} is no origin`];
  }
  return [`must hold origins as browsers send them, with neither path nor slash at the end: ${written} for ${given}`];
}

/** The origin of an address as a browser writes it; null when the text is no address, or its origin stands for nobody. */
function browserOrigin(address: string): string | null {
  // Addresses of apps (tauri://localhost) have no origin by URL's rules, but their web views send one.
  if (!/^https?:/i.test(address)) return ORIGIN.test(address) ? address.toLowerCase() : null;
  try {
    const { origin } = new URL(address);
    return ORIGIN.test(origin) ? origin : null;
  } catch {
    return null;
  }
}

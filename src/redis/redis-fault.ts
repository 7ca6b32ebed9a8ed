/** What is wrong with a Redis that does not do what it is asked for a while, as callers and operators are told. */
export const REDIS_FAULTS = {
  away: 'Redis can not be reached',
  silent: 'Redis does not answer',
  loading: 'Redis is loading its data',
  full: 'Redis has no memory left',
  read_only: 'Redis takes no writes',
} as const;

export type RedisFault = keyof typeof REDIS_FAULTS;

/** By what Redis says, and by what becomes of a command whose connection is lost. */
const SIGNS: readonly (readonly [RedisFault, RegExp])[] = [
  ['full', /\bOOM\b/],
  ['loading', /\bLOADING\b/],
  ['read_only', /\b(READONLY|MISCONF|MASTERDOWN|NOREPLICAS)\b/],
  ['silent', /timed out|\b(BUSY|TRYAGAIN)\b/i],
  [
    'away',
    /connection is closed|isn't writeable|max retries|\bE(CONN|PIPE|HOST|NET|AI_|TIMEDOUT|NOTFOUND)|CLUSTERDOWN/i,
  ],
];

/** What will pass, so that the same may be asked again; null: what was asked is at fault. */
export function redisFault(error: unknown): RedisFault | null {
  if (!(error instanceof Error)) return null;
  return SIGNS.find(([, sign]) => sign.test(error.message))?.[0] ?? null;
}

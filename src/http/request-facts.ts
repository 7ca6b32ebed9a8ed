/** What a request's log line says beside what every request has. */
export type Facts = Readonly<Record<string, string | number>>;

export interface FactSource {
  /** Asked once the answer is over; what it is about may be gone right after the call. */
  readonly facts: () => Promise<Facts>;
  /** Only logged at LOG_LEVEL=debug. */
  readonly privateFacts: Facts;
}

const sources = new WeakMap<object, FactSource>();

/** Adds to the log line of a request. */
export function tellFacts(request: object, source: FactSource): void {
  sources.set(request, source);
}

export function factsOf(request: object): FactSource {
  return sources.get(request) ?? { facts: () => Promise.resolve({}), privateFacts: {} };
}

/** key=value pairs, with texts in JSON's quotes where they aren't plain words. */
export function logLine(facts: Facts): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${/^[\w./:%@+-]+$/.test(String(value)) ? value : JSON.stringify(value)}`)
    .join(' ');
}

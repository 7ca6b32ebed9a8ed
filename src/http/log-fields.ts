/** What a request's log line says beside what every request has. */
export type Facts = Readonly<Record<string, string | number>>;

export interface LogFieldSource {
  /** Asked once the answer is over; what it is about may be gone right after the call. */
  readonly facts: () => Promise<Facts>;
  /** Only logged at LOG_LEVEL=debug. */
  readonly privateFields: Facts;
}

const sources = new WeakMap<object, LogFieldSource>();

/** Adds to the log line of a request. */
export function setLogFields(request: object, source: LogFieldSource): void {
  sources.set(request, source);
}

export function logFieldsOf(request: object): LogFieldSource {
  return sources.get(request) ?? { facts: () => Promise.resolve({}), privateFields: {} };
}

/** key=value pairs, with texts in JSON's quotes where they aren't plain words. */
export function logLine(facts: Facts): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${/^[\w./:%@+-]+$/.test(String(value)) ? value : JSON.stringify(value)}`)
    .join(' ');
}

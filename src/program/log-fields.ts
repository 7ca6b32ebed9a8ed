/** Fields of a log line, in their order. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** What the log says of a request beside what it says of every one. */
export interface LogFieldSource {
  /** Asked once the answer is over; what it is about may be gone right after the call. */
  readonly fields: () => Promise<LogFields>;
  /** Only logged at LOG_LEVEL=debug. */
  readonly privateFields: LogFields;
}

/**
 * What a line says of its own; nothing where that can't be had any more: a log line is no reason to fail.
 * @param source null: it has nothing of its own
 */
export async function ownFields(source: LogFieldSource | null): Promise<LogFields> {
  return source === null ? {} : source.fields().catch(() => ({}));
}

/** A time as the log tells it: milliseconds, to the tenth. */
export function logMilliseconds(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/** key=value pairs, with texts in JSON's quotes where they aren't plain words. */
export function logLine(fields: LogFields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${/^[\w./:%@+-]+$/.test(String(value)) ? value : JSON.stringify(value)}`)
    .join(' ');
}

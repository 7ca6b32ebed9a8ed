/** W3C trace context as the headers that carry it: plain data, which may travel with a job. Empty: nothing is traced. */
export type TraceContext = Readonly<Record<string, string>>;

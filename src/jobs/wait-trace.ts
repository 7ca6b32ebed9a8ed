import type { TraceContext } from '../protocol/trace-context.js';
import type { Tracing } from '../tracing/tracing.js';

/** Tells of a job's wait in line, which is over now, as a span below the request that asked for the job. */
export function traceWait(tracing: Tracing, parent: TraceContext, jobId: string, seconds: number): void {
  tracing.record(parent, () => {
    const end = Date.now();
    return { name: 'queue', start: end - seconds * 1000, end, attributes: { 'edit.job': jobId } };
  });
}

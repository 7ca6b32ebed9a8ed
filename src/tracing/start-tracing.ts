import type { Environment } from '../config/variable-reader.js';
import { NoTracing, type Tracing } from './tracing.js';

/**
 * Traces go where OpenTelemetry's own variables say; when they say nothing its packages are not even loaded.
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export async function startTracing(environment: Environment): Promise<Tracing> {
  if (!isWanted(environment)) return new NoTracing();
  const { OpenTelemetry } = await import('./open-telemetry.js');
  return OpenTelemetry.start(environment);
}

/** An exporter is named, or a place to send to, and tracing isn't switched off. */
function isWanted(environment: Environment): boolean {
  const text = (name: string): string => environment[name]?.trim() ?? '';
  if (text('OTEL_SDK_DISABLED').toLowerCase() === 'true') return false;
  const exporter = text('OTEL_TRACES_EXPORTER');
  if (exporter !== '') return exporter !== 'none';
  return text('OTEL_EXPORTER_OTLP_ENDPOINT') !== '' || text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') !== '';
}

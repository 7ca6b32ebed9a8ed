import type { Metrics } from '../../metrics/metrics.service.js';
import type { Tracing } from '../../tracing/tracing.js';
import type { InputStore } from '../input-store.js';
import type { SpeedMeter } from '../speed-meter.js';
import type { WorkQueue } from '../work-queue.js';
import type { PictureEncoder } from './picture-encoder.service.js';

/** What the workers of a process share. */
export interface WorkerParts {
  readonly queue: WorkQueue;
  readonly inputs: InputStore;
  readonly encoder: PictureEncoder;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly speed: SpeedMeter;
  /** Engines that can make pictures now. */
  readonly engines: () => number;
}

import type { JobSnapshot } from '../../../jobs/job-snapshot.js';
import { PICTURE_STAGES } from '../../../protocol/picture.js';

/** The Server-Timing header: the wait for the engine, then model time by stage, in milliseconds. */
export function serverTiming({ waitedSeconds, stageSeconds }: JobSnapshot): string {
  const stages = PICTURE_STAGES.map((stage) => duration(stage, stageSeconds[stage]));
  return [duration('queue', waitedSeconds), ...stages].join(', ');
}

function duration(name: string, seconds: number): string {
  return `${name};dur=${(seconds * 1000).toFixed(1)}`;
}

import type { JobLimits } from '../../config/settings.js';
import { MESSAGE_VERSION } from '../../redis/key-prefix.js';

/** Limits as scripts have them: the first argument of each. */
export function scriptLimits(limits: JobLimits, lostSeconds: number, uploadsMaxBytes: number): string {
  return JSON.stringify({
    version: MESSAGE_VERSION,
    lostMs: lostSeconds * 1000,
    retentionMs: limits.retentionSeconds * 1000,
    retentionBytes: limits.retentionBytes,
    queueLimit: limits.queueLimit,
    uploadsMaxBytes,
  });
}

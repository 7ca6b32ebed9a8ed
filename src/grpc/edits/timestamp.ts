import type { TimestampMessage } from '../proto/messages.js';

/** A moment as google.protobuf.Timestamp. */
export function timestamp(date: Date): TimestampMessage {
  const milliseconds = date.getTime();
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanos: (milliseconds - seconds * 1000) * 1_000_000 };
}

import type { TraceContext } from '../../../protocol/trace-context.js';
import { MessageReader } from '../../../redis/message-reader.js';

/** What spans are to lie below, as it lies in Redis; a blank text: nothing is known of it. @throws MessageError */
export function readTrace(json: string): TraceContext {
  return json === '' ? {} : MessageReader.of(json, 'trace').strings();
}

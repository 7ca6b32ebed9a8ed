/** A server-sent event. */
export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

const BLOCK_END = /\r?\n\r?\n/;

/** Reads the events of a text/event-stream one by one; comments are skipped. What is cut off at the end is no event. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    pieces.push(text);
    // A result is megabytes in one line: its pieces are joined only when an end may have come.
    if (!text.includes('\n')) continue;
    const blocks = pieces.join('').split(BLOCK_END);
    pieces = [blocks.pop() ?? ''];
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== null) yield event;
    }
  }
}

function parseBlock(block: string): ServerEvent | null {
  let name = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (line.startsWith('event:')) name = value;
    if (line.startsWith('data:')) data.push(value);
  }
  return data.length === 0 ? null : { name, data: data.join('\n') };
}

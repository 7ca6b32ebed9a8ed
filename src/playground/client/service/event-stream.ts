/** An event with the JSON of its data. */
export interface ServerEvent {
  /** Empty where it has none. */
  readonly id: string;
  readonly data: unknown;
}

/** Reads server-sent events as they come. */
export async function* eventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  for await (const bytes of chunks(body)) {
    let text = decoder.decode(bytes, { stream: true });
    // A picture's event comes in many chunks, so only what is new is searched. The end may be split between two of them.
    if (text.startsWith('\n') && pieces.at(-1)?.endsWith('\n') === true) text = (pieces.pop() ?? '') + text;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = eventOf([...pieces, text.slice(0, end)].join(''));
      if (event !== null) yield event;
      pieces = [];
      text = text.slice(end + 2);
    }
    if (text !== '') pieces.push(text);
  }
}

/** A stream's chunks; not every browser can iterate a stream by itself. */
async function* chunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}

/** One event; null of a comment. */
function eventOf(block: string): ServerEvent | null {
  const lines = block.split('\n');
  const texts = (field: string): string[] =>
    lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).trimStart());
  const data = texts('data');
  return data.length === 0 ? null : { id: texts('id').at(-1) ?? '', data: JSON.parse(data.join('\n')) as unknown };
}

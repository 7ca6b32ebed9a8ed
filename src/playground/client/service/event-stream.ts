/** Reads server-sent events: the JSON of each event's data, as it comes. */
export async function* eventStream(body: ReadableStream<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  for await (const bytes of chunks(body)) {
    let text = decoder.decode(bytes, { stream: true });
    // A picture's event comes in many chunks, so only what is new is searched. The end may be split between two of them.
    if (text.startsWith('\n') && pieces.at(-1)?.endsWith('\n') === true) text = (pieces.pop() ?? '') + text;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = dataOf([...pieces, text.slice(0, end)].join(''));
      if (data !== null) yield JSON.parse(data);
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

/** The data of one event; null of a comment. */
function dataOf(block: string): string | null {
  const lines = block.split('\n').filter((line) => line.startsWith('data:'));
  return lines.length === 0 ? null : lines.map((line) => line.slice('data:'.length).trimStart()).join('\n');
}

/** A server-sent event as it came. */
export interface StreamEvent {
  readonly id: string;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads a response's events one by one; comments come as null when asked for. */
export async function* readEvents(response: Response): AsyncGenerator<StreamEvent> {
  for await (const block of readBlocks(response)) if (!block.startsWith(':')) yield parseEvent(block);
}

/** All of a response's events. */
export async function allEvents(response: Response): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of readEvents(response)) events.push(event);
  return events;
}

/** A stream's blocks, comments among them. */
export async function* readBlocks(response: Response): AsyncGenerator<string> {
  if (response.body === null) throw new Error('The answer has no body');
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
  if (text !== '') throw new Error(`The stream was cut off after ${JSON.stringify(text.slice(0, 200))}`);
}

function parseEvent(block: string): StreamEvent {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  return { id: field('id'), name: field('event'), data: JSON.parse(field('data')) as Record<string, unknown> };
}

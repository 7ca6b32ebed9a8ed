/** What Redis answers is data from elsewhere: these take it only if it has the form that was asked for. */

export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError';
}

export function textOf(reply: unknown): string {
  if (typeof reply === 'string') return reply;
  if (typeof reply === 'number') return String(reply);
  throw new RedisReplyError(`Redis answered no text, but ${typeof reply}`);
}

export function numberOf(reply: unknown): number {
  const number = Number(textOf(reply));
  if (!Number.isFinite(number)) throw new RedisReplyError('Redis answered no number');
  return number;
}

export function listOf(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw new RedisReplyError(`Redis answered no list, but ${typeof reply}`);
  return reply as readonly unknown[];
}

/** Of field and value in turn. */
export function fieldsOf(reply: unknown): ReadonlyMap<string, string> {
  const list = listOf(reply);
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < list.length; at += 2) fields.set(textOf(list[at]), textOf(list[at + 1]));
  return fields;
}

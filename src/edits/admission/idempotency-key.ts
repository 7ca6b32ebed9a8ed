/** What is told of a key that is none. */
export const IDEMPOTENCY_KEY_FAULT = 'Idempotency-Key must be 1 to 255 visible ASCII characters';

/** Whether a caller's own name for an edit is one that is taken. */
export function isIdempotencyKey(text: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(text);
}

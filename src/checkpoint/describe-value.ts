const MAX_LENGTH = 80;

/** A JSON value for a one-line message, cut when it is long. */
export function describeValue(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

/** A shape as PyTorch writes it: [2, 3]. */
export function describeShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

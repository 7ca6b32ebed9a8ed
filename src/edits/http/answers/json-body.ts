import { base64Length, base64Pieces } from './base64-pieces.js';

/** JSON in pieces, and its length in bytes. Bytes among the parts stand for their base64. */
export class JsonBody {
  constructor(private readonly parts: readonly (string | Uint8Array)[]) {}

  get length(): number {
    return this.parts.reduce(
      (sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : base64Length(part)),
      0,
    );
  }

  /** This body as a value inside another. */
  inside(before: string, after: string): JsonBody {
    return new JsonBody([before, ...this.parts, after]);
  }

  async *pieces(): AsyncGenerator<string> {
    for (const part of this.parts) {
      if (typeof part === 'string') yield part;
      else yield* base64Pieces(part);
    }
  }
}

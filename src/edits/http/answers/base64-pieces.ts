/** A multiple of 3, so that the pieces join without padding in between. */
const PIECE_BYTES = 3 * 2 ** 18;

/**
 * Base64 in pieces: results may be hundreds of megabytes, and making one string of them would hold up every other request of
 * the process meanwhile.
 */
export async function* base64Pieces(bytes: Uint8Array): AsyncGenerator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let begin = 0; begin < buffer.length; begin += PIECE_BYTES) {
    yield buffer.toString('base64', begin, begin + PIECE_BYTES);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Characters (and bytes) of what base64Pieces makes of these bytes. */
export function base64Length(bytes: Uint8Array): number {
  return 4 * Math.ceil(bytes.length / 3);
}

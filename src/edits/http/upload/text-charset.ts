import { TextDecoder } from 'node:util';
import { UnreadableText } from '../../fields/unreadable-text.js';

/**
 * Reads a text by its charset, one of the WHATWG Encoding Standard's names (https://encoding.spec.whatwg.org/#names-and-labels).
 * @param name the field's
 * @param charset as the client declares it
 */
export function decodeText(name: string, bytes: Buffer, charset: string): string | UnreadableText {
  const decoder = createDecoder(charset, bytes);
  if (decoder === null) {
    return new UnreadableText(
      `${name}: the charset '${charset}' is not known: send UTF-8, or one that the WHATWG Encoding Standard names`,
    );
  }
  try {
    const text = decoder.decode(bytes);
    return decoder.encoding === 'windows-1252' ? withoutControls(text) : text;
  } catch {
    const label = decoder.encoding.startsWith('utf') ? decoder.encoding.toUpperCase() : decoder.encoding;
    return new UnreadableText(`${name} must be ${label} text: it holds bytes that are none`);
  }
}

function createDecoder(charset: string, bytes: Buffer): TextDecoder | null {
  try {
    const decoder = new TextDecoder(charset, { fatal: true });
    // UTF-16 without a byte order in its name: Java, for one, writes the big end first, and says so by its first bytes.
    const isBigEndian = decoder.encoding === 'utf-16le' && bytes[0] === 0xfe && bytes[1] === 0xff;
    return isBigEndian ? new TextDecoder('utf-16be', { fatal: true }) : decoder;
  } catch {
    return null;
  }
}

/** Bytes 0x80 to 0x9f in windows-1252, which is also what its names ISO-8859-1 and US-ASCII stand for. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Node.js 20 reads windows-1252 as ISO-8859-1, with control characters in the place of these. */
function withoutControls(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80));
}

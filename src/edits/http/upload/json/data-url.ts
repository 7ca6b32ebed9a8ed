import { FileBlocks } from '../../../fields/file-blocks.js';

/** Of `data:image/png;base64`. */
const HEADER_MAX_CHARACTERS = 1000;
/** Characters that are decoded at once. */
const PIECE_CHARACTERS = 64 * 1024;
const PERCENT = 0x25;
const BASE64_GROUP = 4;

/**
 * Decodes a data URL (RFC 2397, as the WHATWG's Fetch standard reads it) from its pieces: base64 or percent-encoded, the media
 * type any or none, white space anywhere in base64; of base64 the letters for URLs too.
 */
export class DataUrl {
  readonly content = new FileBlocks();
  /** What is wrong with it; null: nothing so far. */
  fault: string | null = null;
  private header: string | null = '';
  private isBase64 = false;
  private pending = '';
  /** Letters of base64 that don't make up whole bytes yet. */
  private letters = '';
  private hasEnded = false;

  /** The text after `data:`, in pieces. */
  add(piece: string): void {
    if (this.fault !== null) return;
    this.pending += piece;
    if (this.header !== null) this.readHeader();
    if (this.header === null && this.pending.length >= PIECE_CHARACTERS) this.decode(false);
  }

  /** There is no more of it. */
  end(): void {
    if (this.fault !== null) return;
    if (this.header !== null) this.fault = 'is a data URL without a comma before its data';
    else this.decode(true);
  }

  private readHeader(): void {
    const comma = this.pending.indexOf(',');
    if (comma < 0 && this.pending.length <= HEADER_MAX_CHARACTERS) return;
    if (comma < 0 || comma > HEADER_MAX_CHARACTERS) {
      this.fault = 'is a data URL without a comma before its data';
      return;
    }
    this.isBase64 = /;\s*base64\s*$/i.test(this.pending.slice(0, comma));
    this.pending = this.pending.slice(comma + 1);
    this.header = null;
  }

  private decode(isLast: boolean): void {
    const text = this.takePending(isLast);
    const bytes = withoutPercents(Buffer.from(text, 'utf8'));
    if (this.isBase64) this.decodeBase64(bytes.toString('latin1'), isLast);
    else this.content.append(bytes);
  }

  /** A `%41` is not cut in two; a fragment is no part of the data. */
  private takePending(isLast: boolean): string {
    const hash = this.pending.indexOf('#');
    const text = (hash < 0 ? this.pending : this.pending.slice(0, hash)).replace(/[\t\n\r]+/g, '');
    this.pending = '';
    if (this.hasEnded) return '';
    this.hasEnded = hash >= 0;
    const cut = isLast || this.hasEnded ? -1 : text.slice(-2).indexOf('%');
    if (cut < 0) return text;
    const end = Math.max(0, text.length - 2) + cut;
    this.pending = text.slice(end);
    return text.slice(0, end);
  }

  private decodeBase64(text: string, isLast: boolean): void {
    const letters = this.letters + text.replace(/[\t\n\f\r ]+/g, '');
    const padding = letters.indexOf('=');
    const wrong = /[^A-Za-z0-9+/_=-]/.exec(letters);
    if (wrong !== null) this.fault = `is a data URL whose base64 holds ${JSON.stringify(wrong[0])}`;
    // What is padded has ended: it is kept until that is known.
    const whole = isLast || padding >= 0 ? letters.length : letters.length - (letters.length % BASE64_GROUP);
    if (padding >= 0 && !isLast) {
      if (letters.length - padding > 2) this.fault = PADDED_EARLY;
      this.letters = letters;
      return;
    }
    this.letters = letters.slice(whole);
    if (isLast) this.checkEnd(letters);
    if (this.fault === null) this.content.append(Buffer.from(letters.slice(0, whole), 'base64'));
  }

  private checkEnd(letters: string): void {
    const data = letters.replace(/={1,2}$/, '');
    if (data.includes('=')) this.fault ??= PADDED_EARLY;
    else if (data.length % BASE64_GROUP === 1 || (data !== letters && letters.length % BASE64_GROUP !== 0)) {
      this.fault ??= 'is a data URL whose base64 is cut off';
    }
  }
}

const PADDED_EARLY = 'is a data URL whose base64 goes on after its padding';

/** Every `%41` becomes its byte; a percent sign without two hexadecimal digits after it stays. */
function withoutPercents(bytes: Buffer): Buffer {
  if (!bytes.includes(PERCENT)) return bytes;
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const digits = bytes[at] === PERCENT ? bytes.toString('latin1', at + 1, at + 3) : '';
    const isEncoded = /^[\da-f]{2}$/i.test(digits);
    bytes[length] = isEncoded ? parseInt(digits, 16) : (bytes[at] ?? 0);
    length += 1;
    if (isEncoded) at += 2;
  }
  return bytes.subarray(0, length);
}

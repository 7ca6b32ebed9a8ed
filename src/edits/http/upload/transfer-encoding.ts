import { decode } from 'libqp';
import { invalidInput, tooLarge } from '../../../http/errors/api-error.js';
import { inMegabytes } from '../../../program/megabytes.js';
import { FIELD_MAX_BYTES } from '../../fields/form-limits.js';
import type { PartDescription } from './part-headers.js';

/** Turns a part's bytes, as they come, into its content. */
export interface TransferDecoder {
  /** @throws ApiError 400 when they are not encoded as the part says */
  write(piece: Buffer): Buffer;
  /** @throws ApiError as write does */
  end(): Buffer;
}

const NOTHING = Buffer.alloc(0);
const PLAIN: TransferDecoder = { write: (piece) => piece, end: () => NOTHING };

/**
 * By a part's Content-Transfer-Encoding, which HTTP doesn't need and some clients send.
 * @throws ApiError 400 for one that is not known, or not for files
 */
export function transferDecoder({ name, isFile, transferEncoding }: PartDescription): TransferDecoder {
  if (['', '7bit', '8bit', 'binary'].includes(transferEncoding)) return PLAIN;
  if (transferEncoding === 'base64') return new Base64Decoder(name);
  if (transferEncoding === 'quoted-printable' && !isFile) return new QuotedPrintableDecoder(name);
  throw invalidInput(
    `${name}: the Content-Transfer-Encoding '${transferEncoding}' is not supported for a ${isFile ? 'file' : 'text'}: ` +
      'leave it out and send the bytes as they are',
    name,
  );
}

/** Decodes in whole groups of four characters; line breaks between characters are nothing. */
class Base64Decoder implements TransferDecoder {
  private rest = '';
  private hasEnded = false;

  constructor(private readonly name: string) {}

  write(piece: Buffer): Buffer {
    const text = this.rest + piece.toString('latin1').replace(/[\r\n\t ]/g, '');
    const length = text.length - (text.length % 4);
    this.rest = text.slice(length);
    return this.decode(text.slice(0, length));
  }

  end(): Buffer {
    if (this.rest !== '') throw wronglyEncoded(this.name, 'base64');
    return NOTHING;
  }

  private decode(groups: string): Buffer {
    // Padding ends it.
    if (groups !== '' && (this.hasEnded || !/^[A-Za-z0-9+/]*={0,2}$/.test(groups))) {
      throw wronglyEncoded(this.name, 'base64');
    }
    this.hasEnded ||= groups.endsWith('=');
    return Buffer.from(groups, 'base64');
  }
}

/** Decodes at the end: what a line break means shows only after the line. */
class QuotedPrintableDecoder implements TransferDecoder {
  private text = '';

  constructor(private readonly name: string) {}

  write(piece: Buffer): Buffer {
    this.text += piece.toString('latin1');
    // An escape is three letters of one byte, and soft line breaks are none of any.
    if (this.text.length > 4 * FIELD_MAX_BYTES) {
      throw tooLarge(`${this.name} is longer than ${inMegabytes(FIELD_MAX_BYTES)}`, this.name);
    }
    return NOTHING;
  }

  end(): Buffer {
    // libqp would take the letters of an escape that is none as they are.
    if (/=(?![0-9A-Fa-f]{2}|[\t ]*(\r?\n|$))/.test(this.text)) throw wronglyEncoded(this.name, 'quoted-printable');
    return decode(this.text);
  }
}

function wronglyEncoded(name: string, encoding: string): Error {
  return invalidInput(`${name} is not encoded in ${encoding}, as its Content-Transfer-Encoding says`, name);
}

import { parse as parseDisposition } from 'content-disposition';
import { parse as parseType } from 'content-type';
import { invalidInput } from '../../../http/errors/api-error.js';
import { FIELD_NAME_MAX_LENGTH } from '../../fields/form-limits.js';

/** Of one part, names and values together. */
export const MAX_HEADER_BYTES = 8 * 1024;
/** Of one part. */
export const MAX_HEADERS = 32;

/** A part's headers by their names in lower case; each byte of a value is one character. */
export type PartHeaders = Readonly<Record<string, readonly string[]>>;

/** What a part's headers say of it. */
export interface PartDescription {
  readonly name: string;
  readonly isFile: boolean;
  /**
   * When it is empty, it is no file: so a form's `<input type="file">` is sent in which nothing was chosen, by browsers with an
   * empty filename, by Node.js without one.
   */
  readonly isNothingWhenEmpty: boolean;
  /** As its Content-Type declares it; empty when that declares none. */
  readonly charset: string;
  /** Its Content-Transfer-Encoding, in lower case. */
  readonly transferEncoding: string;
}

/** @throws ApiError 400 for headers from which the part's field can't be told */
export function describePart(headers: PartHeaders): PartDescription {
  checkAmount(headers);
  const { type: kind, parameters } = parseDisposition(oneOf(headers, 'content-disposition'), { multipart: true });
  if (kind !== 'form-data') {
    throw invalidInput('A part of the multipart body has no "Content-Disposition: form-data" that names its field');
  }
  const { type, parameters: typeParameters } = parseType(oneOf(headers, 'content-type'));
  const filename = parameters['filename'] ?? parameters['filename*'];
  const isBytes = type === 'application/octet-stream';
  return {
    name: checkName(parameters['name'] ?? ''),
    // Some libraries name no file that they send from memory, but say what it is.
    isFile: filename !== undefined || type.startsWith('image/') || isBytes,
    isNothingWhenEmpty: filename === '' || (filename === undefined && isBytes),
    charset: typeParameters['charset'] ?? '',
    transferEncoding: oneOf(headers, 'content-transfer-encoding').trim().toLowerCase(),
  };
}

/** The parser cuts off what is more than twice this, or one header more. */
function checkAmount(headers: PartHeaders): void {
  const pairs = Object.entries(headers).flatMap(([name, values]) => values.map((value) => name.length + value.length));
  if (pairs.length > MAX_HEADERS || pairs.reduce((sum, length) => sum + length, 0) > MAX_HEADER_BYTES) {
    throw invalidInput('A part of the multipart body has too many or too long headers');
  }
}

/** Which of two were meant can't be told. */
function oneOf(headers: PartHeaders, name: string): string {
  const [value = '', second] = headers[name] ?? [];
  if (second !== undefined) throw invalidInput(`A part of the multipart body has the header ${name} twice`);
  return value;
}

/** What libraries write for a member of an object in an array: `lora[][name]`, `lora[0][name]`. */
const MEMBER_NAME = /^[^[]+\[\d*\]\[[^[]*$/;

/** @param bytes each character is one; together they are UTF-8 */
function checkName(bytes: string): string {
  const name = Buffer.from(bytes, 'latin1').toString('utf8');
  if (name.length > FIELD_NAME_MAX_LENGTH) throw invalidInput('A field name in the multipart body is too long');
  const isNested = name.split('[').length > 2 && !MEMBER_NAME.test(name);
  if (name === '' || isNested) throw invalidInput('A field name in the multipart body is missing or invalid');
  return name;
}

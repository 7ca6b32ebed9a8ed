import type { RequestLimits } from '../../../config/settings.js';
import { invalidInput, tooLarge } from '../../../http/errors/api-error.js';
import { FileBlocks } from '../../fields/file-blocks.js';
import type { FormFile, FormInput } from '../../fields/form-input.js';
import { filesFault, fileSizeFault, textFault, textsFault } from '../../fields/upload-faults.js';
import type { UnreadableText } from '../../fields/unreadable-text.js';
import { FIELD_MAX_BYTES, MAX_TEXT_FIELDS } from '../../fields/form-limits.js';
import type { PartReceiver, PartSink } from './multipart-parser.js';
import { describePart, type PartDescription, type PartHeaders } from './part-headers.js';
import { decodeText } from './text-charset.js';
import { transferDecoder } from './transfer-encoding.js';

/** A form's own field for the charset of its texts (RFC 7578, 4.6). */
const CHARSET_FIELD = '_charset_';

interface FilePart extends FormFile {
  readonly isNothingWhenEmpty: boolean;
}

interface TextPart {
  readonly name: string;
  readonly charset: string;
  /** Each character is a byte. */
  bytes: string;
}

/** The form that a multipart body's parts make, within the limits on their count and size. */
export class MultipartForm implements PartReceiver {
  private readonly texts: TextPart[] = [];
  private readonly files: FilePart[] = [];
  private parts = 0;
  private textBytes = 0;

  constructor(private readonly limits: RequestLimits) {}

  /** @throws ApiError 400 or 413, as the sink does */
  begin(headers: PartHeaders): PartSink {
    this.parts += 1;
    if (this.parts > this.limits.maxFiles + MAX_TEXT_FIELDS) throw tooManyFields();
    const part = describePart(headers);
    const take = part.isFile ? this.takeFile(part) : this.takeText(part);
    const decoder = transferDecoder(part);
    return { write: (piece) => take(decoder.write(piece)), end: () => take(decoder.end()) };
  }

  /**
   * All of it, when its parts have ended.
   * @throws ApiError 400
   */
  get input(): FormInput {
    const formCharset = this.formCharset;
    const texts = new Map<string, TextValue | TextValue[]>();
    for (const { name, bytes, charset } of this.texts) {
      if (name === CHARSET_FIELD) continue;
      const text = decodeText(name, Buffer.from(bytes, 'latin1'), charset === '' ? formCharset : charset);
      const before = texts.get(name);
      texts.set(name, before === undefined ? text : [before, text].flat());
    }
    return { texts, files: this.files.filter(isGiven) };
  }

  /** Of the texts that declare none of their own. */
  private get formCharset(): string {
    const [field, second] = this.texts.filter(({ name }) => name === CHARSET_FIELD);
    if (second !== undefined) throw invalidInput(`${CHARSET_FIELD} must be given only once`, CHARSET_FIELD);
    return field === undefined || field.bytes === '' ? 'utf-8' : field.bytes;
  }

  private takeFile({ name, isNothingWhenEmpty }: PartDescription): (bytes: Buffer) => void {
    const content = new FileBlocks();
    this.files.push({ field: name, content, isNothingWhenEmpty });
    this.checkFileCount();
    return (bytes) => {
      content.append(bytes);
      const { maxFileBytes } = this.limits;
      if (content.length > maxFileBytes) {
        throw tooLarge(fileSizeFault(`A file in ${name}`, maxFileBytes), name);
      }
      if (isNothingWhenEmpty) this.checkFileCount();
    };
  }

  private checkFileCount(): void {
    const { maxFiles } = this.limits;
    if (this.files.filter(isGiven).length > maxFiles) {
      throw tooLarge(filesFault(maxFiles));
    }
  }

  private takeText({ name, charset }: PartDescription): (bytes: Buffer) => void {
    if (this.texts.length === MAX_TEXT_FIELDS) throw tooManyFields();
    const part: TextPart = { name, charset, bytes: '' };
    this.texts.push(part);
    return (bytes) => {
      part.bytes += bytes.toString('latin1');
      if (part.bytes.length > FIELD_MAX_BYTES) {
        throw tooLarge(textFault(name), name);
      }
      this.textBytes += bytes.length;
      if (this.textBytes > FIELD_MAX_BYTES) throw tooLarge(textsFault());
    };
  }
}

type TextValue = string | UnreadableText;

/** A file input in which nothing was chosen is sent, too. */
function isGiven({ content, isNothingWhenEmpty }: FilePart): boolean {
  return content.length > 0 || !isNothingWhenEmpty;
}

function tooManyFields(): Error {
  return invalidInput('The multipart body has too many fields');
}

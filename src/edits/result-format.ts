import type { OutputFormat } from '../images/encode.js';
import type { OutputType } from '../protocol/edit-settings.js';

/** What a result is a file of: the pictures' format, or a tensor. */
export type ResultFormat = OutputFormat | 'pt';
export const RESULT_FORMATS: readonly ResultFormat[] = ['png', 'jpeg', 'webp', 'pt'];

/** The kind of file that an edit with this output_type and output_format results in. */
export function resultFormat(type: OutputType, format: OutputFormat): ResultFormat {
  return type === 'pt' ? 'pt' : format;
}

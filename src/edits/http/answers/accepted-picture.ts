import type { Request } from 'express';
import { ApiError, invalidInput } from '../../../http/errors/api-error.js';
import { OUTPUT_FORMATS, type OutputFormat } from '../../../images/encode.js';
import type { EditForm } from '../../fields/check-form.js';
import type { FormInput } from '../../fields/form-input.js';

/** The picture that a request's Accept header asks for in the place of JSON. */
export interface WantedPicture {
  readonly format: OutputFormat;
  /** JSON is accepted too: it is answered where a picture can't be. */
  readonly orJson: boolean;
}

/** Of a header that names one concrete type of picture that is made, and no wildcard; null for any other. */
export function wantedPicture(request: Request): WantedPicture | null {
  const accepted = request.accepts().map((type) => type.toLowerCase());
  const [format, another] = OUTPUT_FORMATS.filter((candidate) => accepted.includes(`image/${candidate}`));
  if (format === undefined || another !== undefined || accepted.some((type) => type.includes('*'))) return null;
  return { format, orJson: accepted.includes('application/json') };
}

/** The form with the picture's format where it says nothing of one. */
export function withOutputFormat<Input extends FormInput>(input: Input, picture: WantedPicture | null): Input {
  const given = input.texts.get('output_format');
  if (picture === null || (given !== undefined && given !== '')) return input;
  return { ...input, texts: new Map([...input.texts, ['output_format', picture.format]]) };
}

/**
 * Whether the answer to a form is the picture that was asked for.
 * @throws ApiError 400 when the form asks for another format, 406 when there is not one picture to answer with
 */
export function isAnsweredAsPicture({ format, orJson }: WantedPicture, form: EditForm, isAsync: boolean): boolean {
  const { output_format: given } = form.fields;
  if (given !== format && !orJson) {
    throw invalidInput(
      `output_format must be '${format}', as the Accept header asks for image/${format}, or absent`,
      'output_format',
    );
  }
  const hindrance = given === format ? hindranceOf(form, isAsync) : 'another format';
  if (hindrance !== null && !orJson) {
    throw new ApiError(
      'NOT_ACCEPTABLE',
      `${hindrance} can't be answered as image/${format}, which the Accept header asks for: accept application/json`,
    );
  }
  return hindrance === null;
}

function hindranceOf({ fields, inputs }: EditForm, isAsync: boolean): string | null {
  const results = (inputs.kind === 'together' ? 1 : inputs.files.length) * fields.n;
  if (isAsync) return 'A job (Prefer: respond-async)';
  if (fields.stream) return 'A stream';
  if (fields.output_type === 'pt') return 'A tensor (output_type=pt)';
  return results > 1 ? `An edit with ${results} results` : null;
}

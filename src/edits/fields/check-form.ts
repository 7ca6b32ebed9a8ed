import type { RequestLimits } from '../../config/settings.js';
import { invalidEdit } from '../../protocol/edit-error.js';
import type { ModelInfo } from '../../protocol/model-info.js';
import { checkFields, TEXT_FIELDS } from './check-fields.js';
import type { EditFields } from './edit-fields.dto.js';
import { BRACKETED_PART, FILE_PART } from './field-rule.js';
import type { FormInput } from './form-input.js';
import { type InputFiles, inputFiles, PICTURE_FIELDS } from './input-files.js';

/** A form whose every field is valid; its pictures are not decoded yet. */
export interface EditForm {
  readonly fields: EditFields;
  readonly inputs: InputFiles;
  /** The model that the fields were checked against. */
  readonly model: ModelInfo;
}

/** OpenAI's, known and not served: named as such, where other unknown fields are merely unknown. */
const UNSUPPORTED = ['mask', 'style'];

/**
 * Checks a form field by field and types it; the first fault is the answer.
 * @throws EditError that names the field
 */
export function checkForm(input: FormInput, model: ModelInfo, limits: RequestLimits): EditForm {
  const inputs = inputFiles(input, model);
  const fields = checkFields(textFields(input), { limits, model });
  refuseUnknown(input);
  return { fields, inputs, model };
}

/** The known text fields that were given; a file under one of their names stands out as FILE_PART. */
function textFields({ texts, files }: FormInput): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const name of TEXT_FIELDS) {
    const text = texts.get(name);
    if (files.some(({ field }) => field === name)) given[name] = FILE_PART;
    else if (typeof text === 'object' && !Array.isArray(text)) given[name] = BRACKETED_PART;
    else if (text !== undefined) given[name] = text;
  }
  return given;
}

function refuseUnknown({ texts, files }: FormInput): void {
  const names = [...texts.keys(), ...files.map(({ field }) => field)];
  const known = [...TEXT_FIELDS, ...PICTURE_FIELDS];
  const name = names.find((candidate) => !known.includes(candidate));
  if (name === undefined) return;
  throw invalidEdit(UNSUPPORTED.includes(name) ? `${name} is not supported` : `Unknown field: ${name}`, name);
}

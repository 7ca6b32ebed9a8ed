import type { RequestLimits } from '../../config/settings.js';
import { invalidEdit } from '../../protocol/edit-error.js';
import type { LoraChoice } from '../../protocol/lora.js';
import type { ModelInfo } from '../../protocol/model-info.js';
import { checkFields, TEXT_FIELDS } from './check-fields.js';
import type { EditFields } from './edit-fields.dto.js';
import { BRACKETED_PART, FILE_PART } from './field-rule.js';
import type { FormFile, FormInput } from './form-input.js';
import { type InputFiles, inputFiles } from './input-files.js';
import { SERVED_FIELDS, UNSUPPORTED_FIELDS } from './known-fields.js';
import { chosenLoras } from './lora/chosen-loras.js';
import { maskFile } from './mask-file.js';
import { normalizeForm } from './normalize-form.js';

/** A form whose every field is valid; its pictures are not decoded yet. */
export interface EditForm {
  readonly fields: EditFields;
  readonly inputs: InputFiles;
  /** Those that the edit uses. */
  readonly loras: readonly LoraChoice[];
  /** What of the pictures may change; null: all. */
  readonly mask: FormFile | null;
  /** The model that the fields were checked against. */
  readonly model: ModelInfo;
}

/**
 * Checks a form field by field and types it; the first fault is the answer.
 * @throws EditError that names the field
 */
export function checkForm(input: FormInput, model: ModelInfo, limits: RequestLimits): EditForm {
  const form = normalizeForm(input);
  // A picture under a mistaken name would else be told as missing.
  refuseUnknown(form.files.map(({ field }) => field));
  const inputs = inputFiles(form, model);
  const fields = checkFields(textFields(form), { limits, model });
  const loras = chosenLoras(fields, model);
  refuseUnknown([...form.texts.keys()]);
  return { fields, inputs, mask: maskFile(form), loras, model };
}

/**
 * The known text fields that were given; a file under one of their names stands out as FILE_PART, a text whose name goes on
 * with brackets as BRACKETED_PART.
 */
function textFields({ texts, files }: FormInput): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  const names = [...texts.keys()];
  for (const name of TEXT_FIELDS) {
    const text = texts.get(name);
    if (files.some(({ field }) => field === name)) given[name] = FILE_PART;
    else if (names.some((other) => other.startsWith(`${name}[`))) given[name] = BRACKETED_PART;
    else if (text !== undefined) given[name] = text;
  }
  return given;
}

function refuseUnknown(names: readonly string[]): void {
  const name = names.find((candidate) => !SERVED_FIELDS.includes(candidate));
  if (name === undefined) return;
  throw invalidEdit(UNSUPPORTED_FIELDS.includes(name) ? `${name} is not supported` : `Unknown field: ${name}`, name);
}

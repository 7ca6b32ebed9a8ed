import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { invalidEdit } from '../../protocol/edit-error.js';
import { EditFields } from './edit-fields.dto.js';
import { type FieldContext, type FieldKind, fieldKind } from './field-rule.js';

/** The text fields of an edit, in the order in which they are checked. */
export const TEXT_FIELDS: readonly string[] = [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(EditFields, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];

/** What a text field's text is read as; null for a name that no text field has. */
export function textFieldKind(name: string): FieldKind | null {
  return fieldKind(EditFields.prototype, name);
}

/**
 * Checks the text fields that were given and types them; the first fault is the answer.
 * @throws EditError that names the field
 */
export function checkFields(given: Readonly<Record<string, unknown>>, context: FieldContext): EditFields {
  const fields = plainToInstance(EditFields, given, { exposeUnsetFields: false });
  Object.assign(fields, { context });
  const [fault] = validateSync(fields, { stopAtFirstError: true, forbidUnknownValues: false });
  if (fault !== undefined) throw invalidEdit(Object.values(fault.constraints ?? {}).join(), fault.property);
  return fields;
}

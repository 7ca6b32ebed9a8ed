import type { OpenAPIObject } from '@nestjs/swagger';
import { type EditFieldSchema, withFormFields } from './edit-fields.js';

/** The field for pictures that has a place for a file from the start. */
const PICTURES = 'images';

/**
 * The document for Swagger UI's "Try it out", which fills every field with its example or what it makes of the field's type
 * (`string`, 0, the largest seed), and sends all of them. So optional fields get an empty example: prompt and picture are
 * what is left to send.
 */
export function forTryingOut(document: OpenAPIObject): OpenAPIObject {
  return withFormFields(document, (fields, required) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, schema]) => [
        name,
        required.includes(name) ? schema : { ...schema, example: emptyValue(name, schema) },
      ]),
    ),
  );
}

function emptyValue(name: string, schema: EditFieldSchema): unknown {
  if (name === PICTURES) return [''];
  return 'type' in schema && schema.type === 'array' ? [] : '';
}

/**
 * Leaves the fields that nothing was entered in out of a form that Swagger UI is about to send, and so out of the curl command
 * that it shows. It runs in the browser, made from its own text: it must not use anything of this file.
 */
export function withoutEmptyFields(request: { body?: unknown }): object {
  if (!(request.body instanceof FormData)) return request;
  const form = new FormData();
  for (const [name, value] of request.body) if (value !== '') form.append(name, value);
  request.body = form;
  return request;
}

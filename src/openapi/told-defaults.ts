import type { OpenAPIObject } from '@nestjs/swagger';
import { type EditFieldSchema, withEditFields } from './edit-fields.js';

/**
 * The document with each default of an edit's fields said in its description, and under x-default for programs, in place of
 * `default`: of that, generated clients make a value that they always send (which another checkpoint would have to take for
 * the caller's own), or one that the caller must give.
 */
export function withToldDefaults(document: OpenAPIObject): OpenAPIObject {
  return withEditFields(document, (fields) =>
    Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, told(schema)])),
  );
}

function told(schema: EditFieldSchema): EditFieldSchema {
  if ('$ref' in schema) return schema;
  const { default: value, description = '', ...rest } = schema as WithDefault<typeof schema>;
  if (value === undefined) return schema;
  return { ...rest, description: `${description} (default: ${value})`, ...{ 'x-default': value } };
}

type WithDefault<Schema> = Omit<Schema, 'default'> & { readonly default?: string | number | boolean };

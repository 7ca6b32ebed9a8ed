import type { OpenAPIObject } from '@nestjs/swagger';
import { EDITS_PATH } from '../edits/http/edits-path.js';

export type EditFieldSchema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];
type EditFieldSchemas = Readonly<Record<string, EditFieldSchema>>;

/** What the body of an edit may be sent as. */
const MULTIPART = 'multipart/form-data';

/** A copy of the document with other fields of an edit, in each form in which its body may be sent. */
export function withEditFields(
  document: OpenAPIObject,
  change: (fields: EditFieldSchemas) => EditFieldSchemas,
): OpenAPIObject {
  return Object.keys(editBodies(document)).reduce((changed, type) => withFieldsOf(type, changed, change), document);
}

/**
 * The same for the multipart form alone.
 * @param change is told the names of the fields that the form must have, too
 */
export function withFormFields(
  document: OpenAPIObject,
  change: (fields: EditFieldSchemas, required: readonly string[]) => EditFieldSchemas,
): OpenAPIObject {
  return withFieldsOf(MULTIPART, document, change);
}

function withFieldsOf(
  mediaType: string,
  document: OpenAPIObject,
  change: (fields: EditFieldSchemas, required: readonly string[]) => EditFieldSchemas,
): OpenAPIObject {
  const name = editBodies(document)[mediaType];
  const schemas = document.components?.schemas ?? {};
  const body = schemas[name ?? ''];
  if (name === undefined || body === undefined || '$ref' in body) {
    throw new Error(`The document has no schema of ${mediaType}`);
  }
  const properties = change(body.properties ?? {}, body.required ?? []);
  return {
    ...document,
    components: { ...document.components, schemas: { ...schemas, [name]: { ...body, properties } } },
  };
}

/** Names of the schemas of an edit's body, by media type. */
function editBodies({ paths }: OpenAPIObject): Readonly<Record<string, string>> {
  const body = paths[EDITS_PATH]?.post?.requestBody;
  const content = body === undefined || '$ref' in body ? {} : body.content;
  return Object.fromEntries(
    Object.entries(content).map(([mediaType, { schema }]) => {
      const reference = schema !== undefined && '$ref' in schema ? schema.$ref : '';
      return [mediaType, reference.slice(reference.lastIndexOf('/') + 1)];
    }),
  );
}

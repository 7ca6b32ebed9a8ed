/** A field of the edit request, as the service's own description has it. */
export interface EditField {
  readonly name: string;
  readonly kind: 'whole' | 'number' | 'choice' | 'text' | 'files';
  /** In English. */
  readonly description: string;
  /** What an absent field is taken to be; null where the description doesn't tell. */
  readonly fallback: string | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** The most bytes of a file. */
  readonly maxBytes: number | null;
  /** The values of a choice; of a text some to choose from. */
  readonly choices: readonly string[];
}

/** The part of OpenAPI's schemas that tells of a form field. */
interface FieldSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  /** A `default` would make generated clients send it. */
  readonly 'x-default'?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly 'x-max-bytes'?: number;
  readonly enum?: readonly string[];
}

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly post: {
          readonly requestBody: { readonly content: Readonly<Record<string, { schema: { $ref: string } }>> };
        };
      }
    >
  >;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, FieldSchema>> }>>;
  };
}

/** The fields of POST /v1/images/edits, in the order of /openapi.json. */
export function editFields(document: unknown): EditField[] {
  const { paths, components } = document as OpenApi;
  const reference = paths['/v1/images/edits']?.post.requestBody.content['multipart/form-data']?.schema.$ref ?? '';
  const form = components.schemas[reference.slice(reference.lastIndexOf('/') + 1)];
  return Object.entries(form?.properties ?? {}).map(([name, schema]) => editField(name, schema));
}

function editField(name: string, schema: FieldSchema): EditField {
  const { 'x-default': fallback } = schema;
  return {
    name,
    kind: kindOf(schema),
    description: schema.description ?? '',
    fallback: fallback === undefined ? null : String(fallback),
    minimum: schema.minimum ?? null,
    maximum: schema.maximum ?? schema.maxItems ?? null,
    maxBytes: schema['x-max-bytes'] ?? null,
    choices: schema.enum ?? (schema.type === 'boolean' ? ['true', 'false'] : []),
  };
}

function kindOf({ type, format, enum: choices }: FieldSchema): EditField['kind'] {
  if (choices !== undefined || type === 'boolean') return 'choice';
  if (type === 'integer') return 'whole';
  if (type === 'array' || format === 'binary') return 'files';
  return type === 'number' ? 'number' : 'text';
}

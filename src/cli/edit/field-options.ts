import 'reflect-metadata';
import { TEXT_FIELDS } from '../../edits/fields/check-fields.js';
import { EditFields } from '../../edits/fields/edit-fields.dto.js';
import { joinLoras } from '../../edits/fields/lora/join-loras.js';

/** How a client and the service talk, and what only OpenAI's clients send: of no use on a command line. */
export const HTTP_ONLY: readonly string[] = [
  'response_format',
  'stream',
  'partial_images',
  'progress',
  'background',
  'quality',
  'input_fidelity',
  'moderation',
  'user',
  'safety_identifier',
];

/** The API's fields that are options here, under their own names. */
export const FIELD_OPTIONS: readonly string[] = TEXT_FIELDS.filter((name) => !HTTP_ONLY.includes(name));

/** Options that may stand several times: one text of the field holds what they say. */
export const REPEATABLE: Readonly<Record<string, (texts: readonly string[]) => string>> = { lora: joinLoras };

/** What the API's documentation says of a field. */
export interface FieldDocs {
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly type?: unknown;
}

/** Where @nestjs/swagger keeps what its decorators say about a property. */
const SWAGGER_KEY = 'swagger/apiModelProperties';

/** Reads them from the field's decorators; empty for a field without any. */
export function fieldDocs(name: string): FieldDocs {
  return (Reflect.getMetadata(SWAGGER_KEY, EditFields.prototype, name) ?? {}) as FieldDocs;
}

import { registerDecorator, type ValidationArguments } from 'class-validator';
import type { RequestLimits } from '../../config/settings.js';
import type { ModelInfo } from '../../protocol/model-info.js';
import { UnreadableText } from './unreadable-text.js';

/** What a field's limits depend on beyond the field itself. */
export interface FieldContext {
  readonly limits: RequestLimits;
  /** null while it is not known: what depends on it is not checked yet. */
  readonly model: ModelInfo | null;
}

/** Fields that carry their context, so that rules can see it. */
export interface ContextualFields {
  readonly context: FieldContext;
}

/*
 * A symbol stands for a value that no text can be made of; its description says what is wrong with it, after the field's name.
 */

/** Stands for a file that came under a text field's name. */
export const FILE_PART = Symbol('must be text, not a file');
/** Stands for a text whose field name went on with brackets, as in `n[first]`. */
export const BRACKETED_PART = Symbol('must not have brackets in its name');

/** What a field's text is read as, and what it is in JSON; `json`: a string, an object or an array. */
export type FieldKind = 'string' | 'number' | 'boolean' | 'json';

/** The longest text of a `json` field: it is read in one go. */
export const MAX_JSON_CHARACTERS = 10_000;

const KIND = Symbol('kind');

/** Of a field that FieldRule stands at; null for others. */
export function fieldKind(fields: object, property: string): FieldKind | null {
  return (Reflect.getMetadata(KIND, fields, property) as FieldKind | undefined) ?? null;
}

/**
 * A class-validator decorator from a function that returns what is wrong with a value, or null.
 * What holds for every text field is checked first: given once, as text.
 */
export function FieldRule(
  check: (value: unknown, context: FieldContext) => string | null,
  kind: FieldKind = 'string',
): PropertyDecorator {
  const faultOf = (value: unknown, args: ValidationArguments): string | null =>
    notOneText(args.property, value, kind) ?? check(value, (args.object as ContextualFields).context);
  return (target, property) => {
    Reflect.defineMetadata(KIND, kind, target, property);
    registerDecorator({
      name: 'fieldRule',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown, args?: ValidationArguments) => args !== undefined && faultOf(value, args) === null,
        defaultMessage: (args?: ValidationArguments) => (args === undefined ? '' : (faultOf(args.value, args) ?? '')),
      },
    });
  };
}

function notOneText(property: string, value: unknown, kind: FieldKind): string | null {
  if (typeof value === 'symbol') return `${property} ${value.description ?? ''}`;
  if (Array.isArray(value)) {
    return `${property} must be given only once${kind === 'json' ? ': an array in JSON holds several' : ''}`;
  }
  return value instanceof UnreadableText ? value.fault : null;
}

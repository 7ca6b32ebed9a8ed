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

/** Stands for a file that came under a text field's name. */
export const FILE_PART = Symbol('file');
/** Stands for a text whose field name went on with brackets, as in `n[first]`. */
export const BRACKETED_PART = Symbol('bracketed');

/**
 * A class-validator decorator from a function that returns what is wrong with a value, or null.
 * What holds for every text field is checked first: given once, as text.
 */
export function FieldRule(check: (value: unknown, context: FieldContext) => string | null): PropertyDecorator {
  const faultOf = (value: unknown, args: ValidationArguments): string | null =>
    notOneText(args.property, value) ?? check(value, (args.object as ContextualFields).context);
  return (target, property) => {
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

function notOneText(property: string, value: unknown): string | null {
  if (value === FILE_PART) return `${property} must be text, not a file`;
  if (value === BRACKETED_PART) return `${property} must not have brackets in its name`;
  if (Array.isArray(value)) return `${property} must be given only once`;
  return value instanceof UnreadableText ? value.fault : null;
}

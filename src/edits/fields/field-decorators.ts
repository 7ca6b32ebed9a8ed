import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { FieldRule } from './field-rule.js';
import { parseBoolean, parseNumber, parseWholeNumber } from './parse-text.js';

interface NumberFieldOptions {
  readonly minimum: number;
  readonly maximum?: number;
  readonly default?: number;
  readonly description: string;
}

/** An optional whole number within fixed bounds. */
export function WholeNumberField(
  name: string,
  options: NumberFieldOptions & { readonly maximum: number },
): PropertyDecorator {
  const { minimum, maximum } = options;
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', ...options }),
    Transform(({ value }) => parseWholeNumber(value)),
    FieldRule((value) => {
      if (value === undefined) return null;
      if (typeof value !== 'number') return `${name} must be a whole number between ${minimum} and ${maximum}`;
      return value < minimum || value > maximum ? `${name} must be between ${minimum} and ${maximum}` : null;
    }, 'number'),
  );
}

/** An optional number of at least `minimum`. */
export function NumberField(name: string, options: NumberFieldOptions): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: 'number', ...options }),
    Transform(({ value }) => parseNumber(value)),
    FieldRule(
      (value) =>
        value === undefined || (typeof value === 'number' && value >= options.minimum)
          ? null
          : `${name} must be a number of at least ${options.minimum}`,
      'number',
    ),
  );
}

/** A field with a short list of values. */
export function ChoiceField(
  name: string,
  choices: readonly string[],
  fallback: string,
  description: string,
): PropertyDecorator {
  const quoted = choices.map((choice) => `'${choice}'`);
  const list = quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}` : quoted.join('');
  return applyDecorators(
    ApiPropertyOptional({ type: String, enum: choices, default: fallback, description }),
    FieldRule((value) =>
      value === undefined || (typeof value === 'string' && choices.includes(value)) ? null : `${name} must be ${list}`,
    ),
  );
}

/** A true/false field; absent is false. */
export function BooleanField(name: string, description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: Boolean, default: false, description }),
    Transform(({ value }) => parseBoolean(value)),
    FieldRule(
      (value) => (value === undefined || typeof value === 'boolean' ? null : `${name} must be 'true' or 'false'`),
      'boolean',
    ),
  );
}

/** Text that is taken as it is. */
export function AnyTextField(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, description }),
    FieldRule(() => null),
  );
}

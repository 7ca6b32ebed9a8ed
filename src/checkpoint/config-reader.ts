import { CheckpointError } from './checkpoint-error.js';
import { describeValue } from './describe-value.js';

export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  /** The value must be larger than this. */
  readonly above?: number;
}

/**
 * Typed access to the keys of one JSON object of a checkpoint. Every method takes the value that the reference
 * assumes when the key is absent, and throws a CheckpointError that names the file and the key when the value is of
 * another type or out of range.
 */
export class ConfigReader {
  /**
   * @param label the file, relative to the checkpoint's folder
   * @param path keys that lead to this object within the file
   */
  constructor(
    readonly label: string,
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly path = '',
  ) {}

  keys(): readonly string[] {
    return Object.keys(this.values);
  }

  has(key: string): boolean {
    return this.raw(key) !== undefined;
  }

  /** The value as it was parsed; undefined when the key is absent. */
  raw(key: string): unknown {
    return Object.hasOwn(this.values, key) ? this.values[key] : undefined;
  }

  isNull(key: string): boolean {
    return this.raw(key) === null;
  }

  integer(key: string, fallback: number, range: NumberRange = { min: 1 }): number {
    const value = this.valueOr(key, fallback);
    if (!Number.isSafeInteger(value) || !inRange(value as number, range)) {
      this.refuse(key, `an integer${describeRange(range)}`);
    }
    return value as number;
  }

  number(key: string, fallback: number, range: NumberRange = {}): number {
    const value = this.valueOr(key, fallback);
    if (typeof value !== 'number' || !Number.isFinite(value) || !inRange(value, range)) {
      this.refuse(key, `a number${describeRange(range)}`);
    }
    return value;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.valueOr(key, fallback);
    if (typeof value !== 'boolean') {
      this.refuse(key, 'true or false');
    }
    return value;
  }

  oneOf<const T extends string | number>(key: string, fallback: T, allowed: readonly T[]): T {
    const value = this.valueOr(key, fallback);
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) {
      this.refuse(key, allowed.map(describeValue).join(' or '), 'only');
    }
    return found;
  }

  numbers(key: string, fallback: readonly number[], length: number, range: NumberRange = {}): readonly number[] {
    const value = this.valueOr(key, fallback);
    const isNumber = (item: unknown): boolean =>
      typeof item === 'number' && Number.isFinite(item) && inRange(item, range);
    if (!Array.isArray(value) || value.length !== length || !value.every(isNumber)) {
      this.refuse(key, `${length} numbers${describeRange(range)}`);
    }
    return value as number[];
  }

  integers(key: string, fallback: readonly number[], range: NumberRange = { min: 1 }): readonly number[] {
    const value = this.valueOr(key, fallback);
    const isInteger = (item: unknown): boolean => Number.isSafeInteger(item) && inRange(item as number, range);
    if (!Array.isArray(value) || !value.every(isInteger)) {
      this.refuse(key, `a list of integers${describeRange(range)}`);
    }
    return value as number[];
  }

  /** Three integers, as the rotary sections are. */
  threeIntegers(key: string, fallback: readonly [number, number, number]): readonly [number, number, number] {
    const [first, second, third, ...rest] = this.integers(key, fallback);
    if (first === undefined || second === undefined || third === undefined || rest.length > 0) {
      this.refuse(key, 'three integers of at least 1');
    }
    return [first, second, third];
  }

  booleans(key: string, fallback: readonly boolean[]): readonly boolean[] {
    const value = this.valueOr(key, fallback);
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'boolean')) {
      this.refuse(key, 'a list of true and false');
    }
    return value;
  }

  /** The nested object of a key; undefined when the key is absent or null. */
  section(key: string): ConfigReader | undefined {
    const value = this.raw(key) ?? undefined;
    if (value === undefined) {
      return undefined;
    }
    if (!isJsonObject(value)) {
      this.refuse(key, 'an object');
    }
    return new ConfigReader(this.label, value, this.name(key));
  }

  /** An object that lies in the value of a key. */
  nested(key: string, value: Readonly<Record<string, unknown>>): ConfigReader {
    return new ConfigReader(this.label, value, this.name(key));
  }

  /** Whether an option is on, which it isn't where its key is absent or null: the reference asks for the value's truth. */
  isOn(key: string): boolean {
    return !this.isNull(key) && this.boolean(key, false);
  }

  /** Refuses every value of an option but the one that is implemented, which is also what its absence means; null is off. */
  mustBe(key: string, supported: boolean): void {
    const value = !this.isNull(key) && this.boolean(key, supported);
    if (value !== supported) {
      this.refuse(key, String(supported), 'only');
    }
  }

  /**
   * Throws: the key's value is not what is expected.
   * @param how `only` when the value is valid in itself, but what it asks for isn't implemented
   */
  refuse(key: string, expected: string, how: 'expected' | 'only' = 'expected'): never {
    const value = this.raw(key);
    const found = value === undefined ? 'is missing' : `is ${describeValue(value)}`;
    throw this.error(
      key,
      how === 'only' ? `${found}; only ${expected} is supported` : `${found}, expected ${expected}`,
    );
  }

  /** An error about a key: `text` goes on after the key's name. */
  error(key: string, text: string): CheckpointError {
    return new CheckpointError(`${this.label}: ${this.name(key)} ${text}`);
  }

  private name(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  /** Only an absent key means the fallback: null is a value of its own. */
  private valueOr(key: string, fallback: unknown): unknown {
    const value = this.raw(key);
    return value === undefined ? fallback : value;
  }
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inRange(value: number, { min = -Infinity, max = Infinity, above = -Infinity }: NumberRange): boolean {
  return value >= min && value <= max && value > above;
}

function describeRange({ min, max, above }: NumberRange): string {
  const parts = [
    min === undefined ? '' : ` of at least ${min}`,
    above === undefined ? '' : ` above ${above}`,
    max === undefined ? '' : ` of at most ${max}`,
  ];
  return parts.filter((part) => part !== '').join(' and');
}

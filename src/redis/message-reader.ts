/** A message that doesn't hold what it should: it was damaged, or written by somebody else. */
export class MessageError extends Error {
  override readonly name = 'MessageError';
}

/** The longest text of a message: a prompt has 32,000 characters at most. */
const LONGEST_TEXT = 100_000;
const LONGEST_LIST = 1000;

/** Reads the values of a message that came as JSON, and takes none that hasn't the type and bounds that it should have. */
export class MessageReader {
  private constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly path: string,
  ) {}

  /** @throws MessageError */
  static of(json: string, what: string): MessageReader {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      throw new MessageError(`${what} is no JSON`);
    }
    return MessageReader.from(value, what);
  }

  private static from(value: unknown, path: string): MessageReader {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new MessageError(`${path} is no object`);
    return new MessageReader(value as Record<string, unknown>, path);
  }

  text(name: string, longest = LONGEST_TEXT): string {
    const value = this.values[name];
    if (typeof value === 'string' && value.length <= longest) return value;
    throw this.fault(name, `a text of at most ${longest} characters`);
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const choice = choices.find((candidate) => candidate === this.values[name]);
    if (choice === undefined) throw this.fault(name, choices.join(' or '));
    return choice;
  }

  flag(name: string): boolean {
    const value = this.values[name];
    if (typeof value === 'boolean') return value;
    throw this.fault(name, 'true or false');
  }

  number(name: string, least: number, most: number): number {
    const value = this.values[name];
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw this.fault(name, `a number from ${least} to ${most}`);
  }

  whole(name: string, least: number, most: number): number {
    const value = this.number(name, least, most);
    if (Number.isSafeInteger(value)) return value;
    throw this.fault(name, 'a whole number');
  }

  /** null where the message has it so. */
  orNull<T>(name: string, read: (name: string) => T): T | null {
    return this.values[name] === null ? null : read(name);
  }

  object(name: string): MessageReader {
    return MessageReader.from(this.values[name], `${this.path}.${name}`);
  }

  numbers(name: string, least: number, most: number): readonly number[] {
    return this.list(name).map((value) => {
      if (typeof value === 'number' && value >= least && value <= most) return value;
      throw this.fault(name, `a list of numbers from ${least} to ${most}`);
    });
  }

  texts(name: string, longest = LONGEST_TEXT): readonly string[] {
    return this.list(name).map((value) => {
      if (typeof value === 'string' && value.length <= longest) return value;
      throw this.fault(name, 'a list of texts');
    });
  }

  objects(name: string): readonly MessageReader[] {
    return this.list(name).map((value, index) => MessageReader.from(value, `${this.path}.${name}[${index}]`));
  }

  /** Names with texts. */
  strings(): Record<string, string> {
    const entries = Object.entries(this.values).slice(0, LONGEST_LIST);
    return Object.fromEntries(entries.map(([name]) => [name, this.text(name)]));
  }

  has(name: string, value: unknown): boolean {
    return this.values[name] === value;
  }

  private list(name: string): readonly unknown[] {
    const value = this.values[name];
    if (Array.isArray(value) && value.length <= LONGEST_LIST) return value as readonly unknown[];
    throw this.fault(name, 'a list');
  }

  private fault(name: string, expected: string): MessageError {
    return new MessageError(`${this.path}.${name} is not ${expected}`);
  }
}

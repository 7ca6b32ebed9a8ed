/** The environment as a process sees it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads typed values from the environment and collects every fault, so that the operator sees all of them at once. */
export class VariableReader {
  readonly faults: string[] = [];
  private readonly asked = new Set<string>();

  constructor(private readonly environment: Environment) {}

  /** Every variable that was asked for so far, in that order: those that the service knows. */
  get names(): readonly string[] {
    return [...this.asked];
  }

  /** The variable's trimmed text; null when it is unset or blank (Compose files pass unset variables on as blank). */
  text(name: string): string | null {
    this.asked.add(name);
    return this.foreign(name);
  }

  /** The same for a variable that belongs to the host or to another program: it is none of the names. */
  foreign(name: string): string | null {
    const value = this.environment[name]?.trim() ?? '';
    return value === '' ? null : value;
  }

  /** A secret's exact text, never trimmed; null when it is unset or blank. */
  secret(name: string): string | null {
    this.asked.add(name);
    const value = this.environment[name] ?? '';
    return value.trim() === '' ? null : value;
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = this.text(name);
    if (value === null) return fallback;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) this.refuse(name, value, `must be one of ${choices.join(', ')}`);
    return choice ?? fallback;
  }

  wholeNumber(name: string, minimum: number, maximum: number, fallback: number): number {
    const value = this.text(name);
    if (value === null) return fallback;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
    if (number >= minimum && number <= maximum) return number;
    this.refuse(name, value, `must be a whole number from ${minimum} to ${maximum}`);
    return fallback;
  }

  refuse(name: string, value: string, allowed: string): void {
    this.faults.push(`${name}=${printable(value)} is invalid: ${name} ${allowed}`);
  }
}

/** A fault stays one line, whatever the value holds. */
function printable(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}

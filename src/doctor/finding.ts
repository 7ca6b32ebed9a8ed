/** What one look has found. `fail`: the service can't do what it is told to. `warn`: it can, but less than it might. */
export interface Finding {
  readonly about: string;
  readonly state: 'ok' | 'warn' | 'fail';
  /** What is there, or what is wrong: each fault a line. */
  readonly found: readonly string[];
  /** What to do about it. */
  readonly todo?: string;
}

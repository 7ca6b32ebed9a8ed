/** Keeps the few values that were used last, by key. */
export class Recent<T> {
  private readonly values = new Map<string, T>();

  constructor(private readonly capacity: number) {}

  /** The value of `key`, which from now on is the most recent. */
  get(key: string): T | undefined {
    const value = this.values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.values.delete(key);
    this.values.set(key, value);
    const [oldest] = this.values.keys();
    if (this.values.size > this.capacity && oldest !== undefined) this.values.delete(oldest);
  }

  clear(): void {
    this.values.clear();
  }
}

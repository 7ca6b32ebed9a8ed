/** Jobs that callers of this process hold, and how often. */
export class HeldJobs {
  private readonly counts = new Map<string, number>();
  private readonly listeners: (() => void)[] = [];

  get ids(): readonly string[] {
    return [...this.counts.keys()];
  }

  get isEmpty(): boolean {
    return this.counts.size === 0;
  }

  add(id: string): void {
    this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
    for (const listener of this.listeners) listener();
  }

  /** False when it isn't held. */
  remove(id: string): boolean {
    const count = this.counts.get(id);
    if (count === undefined) return false;
    if (count > 1) this.counts.set(id, count - 1);
    else this.counts.delete(id);
    return true;
  }

  /** Calls it whenever one is held. */
  onAdd(listener: () => void): void {
    this.listeners.push(listener);
  }
}

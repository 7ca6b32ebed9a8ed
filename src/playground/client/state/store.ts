type Listener = () => void;

/** Holds the page's one state. It is never changed in place: `update` puts a new one there and tells its watchers. */
export class Store<State extends object> {
  private readonly listeners = new Set<Listener>();

  constructor(private current: State) {}

  get state(): State {
    return this.current;
  }

  update(change: Partial<State>): void {
    this.current = { ...this.current, ...change };
    for (const listener of [...this.listeners]) listener();
  }

  /** Renders now, and again whenever one of the values that `select` picks is another one than before. */
  watch(select: (state: State) => readonly unknown[], render: (state: State) => void): void {
    let last = select(this.current);
    render(this.current);
    this.listeners.add(() => {
      const next = select(this.current);
      if (next.every((value, index) => Object.is(value, last[index]))) return;
      last = next;
      render(this.current);
    });
  }

  /**
   * Waits until the condition holds.
   * @throws the signal's reason when it is aborted before
   */
  async until(condition: (state: State) => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (condition(this.current)) return;
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (condition(this.current)) settle(resolve);
      };
      const abort = (): void => settle(() => reject(signal.reason as Error));
      const settle = (end: () => void): void => {
        this.listeners.delete(check);
        signal.removeEventListener('abort', abort);
        end();
      };
      this.listeners.add(check);
      signal.addEventListener('abort', abort);
    });
  }
}

import { recall, remember } from '../state/browser-storage.js';

const KEY = 'key';

/** Asks the user for the key; null without one. */
export type AskForKey = (wasWrong: boolean) => Promise<string | null>;

/** Holds the service's key for this tab, over reloads, and asks for it when the service does. */
export class KeyKeeper {
  private key = recall('session', KEY);
  private asking: Promise<boolean> | null = null;

  constructor(private readonly ask: AskForKey) {}

  get isKnown(): boolean {
    return this.key !== null;
  }

  /** The Authorization header. Header values are bytes: the key goes as UTF-8. */
  headers(): Record<string, string> {
    if (this.key === null) return {};
    return { Authorization: `Bearer ${String.fromCharCode(...new TextEncoder().encode(this.key))}` };
  }

  /**
   * Asks for the key, once for all that want it at the same time. False when the user didn't give one.
   * @param refused the headers that the service refused
   */
  async renew(refused: Record<string, string>): Promise<boolean> {
    // Another caller has got a new key since.
    if (refused['Authorization'] !== this.headers()['Authorization']) return true;
    this.asking ??= this.ask(this.key !== null).then((key) => {
      this.asking = null;
      if (key !== null) this.set(key);
      return key !== null;
    });
    return this.asking;
  }

  forget(): void {
    this.set(null);
  }

  private set(key: string | null): void {
    this.key = key;
    remember('session', KEY, key);
  }
}

/** `session`: until the tab closes. `local`: for good. */
type Scope = 'session' | 'local';

const PREFIX = 'qwen-image-edit.';

/** A text that the browser keeps; null where there is none, or where the browser keeps nothing. */
export function recall(scope: Scope, key: string): string | null {
  try {
    return storage(scope).getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** Keeps a text, or forgets it when it is null. A browser that keeps nothing is none the worse. */
export function remember(scope: Scope, key: string, text: string | null): void {
  try {
    if (text === null) storage(scope).removeItem(PREFIX + key);
    else storage(scope).setItem(PREFIX + key, text);
  } catch {
    // Storage is full, or switched off: the page works without.
  }
}

function storage(scope: Scope): Storage {
  return scope === 'session' ? sessionStorage : localStorage;
}

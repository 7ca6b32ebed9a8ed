const NAME = 'qwen-image-edit';
const VERSION = 1;

/** What the browser keeps of the page, by its keys: the history's edits, and files. */
export type Shelf = 'runs' | 'files';

/** The browser's own database (IndexedDB), of which the page needs little. */
export class Database {
  private constructor(private readonly opened: IDBDatabase) {}

  /** @throws where the browser keeps nothing, as in some private windows */
  static async open(): Promise<Database> {
    const request = indexedDB.open(NAME, VERSION);
    request.addEventListener('upgradeneeded', () => {
      for (const shelf of ['runs', 'files'] satisfies Shelf[]) request.result.createObjectStore(shelf);
    });
    const opened = await outcome(request);
    // Another page wants a newer version of it.
    opened.addEventListener('versionchange', () => opened.close());
    return new Database(opened);
  }

  keys(shelf: Shelf): Promise<string[]> {
    return this.do(shelf, 'readonly', (store) => store.getAllKeys()) as Promise<string[]>;
  }

  all(shelf: Shelf): Promise<unknown[]> {
    return this.do(shelf, 'readonly', (store) => store.getAll() as IDBRequest<unknown[]>);
  }

  get(shelf: Shelf, key: string): Promise<unknown> {
    return this.do(shelf, 'readonly', (store) => store.get(key) as IDBRequest<unknown>);
  }

  /** @throws DOMException QuotaExceededError when the browser has no room for it */
  async put(shelf: Shelf, key: string, value: unknown): Promise<void> {
    await this.do(shelf, 'readwrite', (store) => store.put(value, key));
  }

  async remove(shelf: Shelf, key: string): Promise<void> {
    await this.do(shelf, 'readwrite', (store) => store.delete(key));
  }

  private do<T>(shelf: Shelf, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = this.opened.transaction(shelf, mode);
    const request = act(transaction.objectStore(shelf));
    return new Promise((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve(request.result));
      for (const end of ['abort', 'error']) {
        transaction.addEventListener(end, () => reject(transaction.error ?? new DOMException(end, 'AbortError')));
      }
    });
  }
}

function outcome<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new DOMException('error', 'AbortError')));
  });
}

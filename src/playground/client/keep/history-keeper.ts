import { recall, remember } from '../state/browser-storage.js';
import type { AppStore, EditResult, InputPicture, PastRun } from '../state/app-state.js';
import { removeOldest, trimHistory } from '../state/history.js';
import { resultsOf } from '../state/results.js';
import { Database } from './database.js';
import {
  fileIds,
  type PictureRecord,
  pictureRecord,
  restorePicture,
  restoreRun,
  type RunRecord,
  runRecord,
} from './records.js';

/** The form's pictures, for this tab; their files lie in the database. */
const FORM = 'pictures';
/** Files that no edit needs may be the form's of another tab. */
const STRAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** A file as it is kept. */
interface FileRecord {
  readonly file: Blob;
  /** When it was put there, in milliseconds since 1970. */
  readonly at: number;
}

/** Keeps the history and the form's pictures in the browser, over reloads and the service's restarts. */
export class HistoryKeeper {
  private work: Promise<void> = Promise.resolve();
  /** What is kept, as it was in the state then. */
  private readonly runs = new Map<string, { readonly run: PastRun; readonly results: number }>();
  private readonly files = new Set<string>();

  private constructor(
    private readonly store: AppStore,
    private readonly database: Database,
  ) {}

  /** Puts what was kept into the state, and keeps what comes. A browser that keeps nothing is none the worse. */
  static async start(store: AppStore): Promise<void> {
    try {
      const keeper = new HistoryKeeper(store, await Database.open());
      await keeper.restore();
      store.watch(
        ({ runs, results, pictures }) => [runs, results, pictures],
        () => keeper.keep(),
      );
    } catch {
      // Storage is switched off, or broken: the page works without.
    }
  }

  private async restore(): Promise<void> {
    const { database, store } = this;
    const records = ((await database.all('runs')) as RunRecord[]).sort((one, other) => one.at - other.at);
    const form = JSON.parse(recall('session', FORM) ?? '[]') as PictureRecord[];
    const needed = new Set([...records.flatMap(fileIds), ...form.map(({ id }) => id)]);
    const files = new Map<string, Blob>();
    for (const id of await database.keys('files')) {
      const kept = (await database.get('files', id)) as FileRecord;
      if (needed.has(id)) files.set(id, kept.file);
      else if (Date.now() - kept.at > STRAY_MILLISECONDS) await database.remove('files', id);
      if (needed.has(id)) this.files.add(id);
    }
    const known = new Map<string, InputPicture>();
    const restored = records.flatMap((record) => restoreRun(record, files, known) ?? []);
    const pictures = form.flatMap((kept) => known.get(kept.id) ?? restorePicture(kept, files) ?? []);
    for (const { run, results } of restored) this.runs.set(run.id, { run, results: results.length });
    const { state } = store;
    const results: EditResult[] = restored.flatMap((one) => [...one.results]);
    store.update({
      runs: [...restored.map(({ run }) => run), ...state.runs],
      results: [...results, ...state.results],
      pictures: [...pictures, ...state.pictures],
      // What was made last is what one comes back for.
      shown: state.shown ?? (state.run === null && state.pictures.length === 0 ? (results.at(-1)?.id ?? null) : null),
    });
  }

  private keep(): void {
    remember('session', FORM, JSON.stringify(this.store.state.pictures.map(pictureRecord)));
    this.work = this.work.then(() => this.keepAll());
  }

  private async keepAll(): Promise<void> {
    trimHistory(this.store);
    try {
      await this.write();
    } catch (error) {
      // No room: what is oldest makes some, and the change of the state brings us here again.
      if (error instanceof DOMException && error.name === 'QuotaExceededError') removeOldest(this.store);
    }
  }

  private async write(): Promise<void> {
    const { database, store } = this;
    const { runs, pictures } = store.state;
    for (const picture of pictures) await this.putFile(picture.id, picture.file);
    for (const run of runs) {
      const results = resultsOf(store.state, run.id);
      const kept = this.runs.get(run.id);
      if (kept?.run === run && kept.results === results.length) continue;
      for (const { id, file } of run.request.pictures) await this.putFile(id, file);
      for (const { id, blob } of results) await this.putFile(id, blob);
      await database.put('runs', run.id, runRecord(run, results));
      this.runs.set(run.id, { run, results: results.length });
    }
    await this.removeGone();
  }

  private async putFile(id: string, blob: Blob): Promise<void> {
    if (this.files.has(id)) return;
    // The bytes themselves: of a file on the user's disk a browser may keep no more than where it lies.
    const bytes = await blob.arrayBuffer().catch(() => null);
    if (bytes === null) return;
    const file = new Blob([bytes], { type: blob.type });
    await this.database.put('files', id, { file, at: Date.now() } satisfies FileRecord);
    this.files.add(id);
  }

  /** Those of this page: what other tabs keep is theirs. */
  private async removeGone(): Promise<void> {
    const { runs, results, pictures } = this.store.state;
    for (const id of [...this.runs.keys()].filter((kept) => runs.every((run) => run.id !== kept))) {
      await this.database.remove('runs', id);
      this.runs.delete(id);
    }
    const inUse = [...pictures, ...runs.flatMap(({ request }) => request.pictures), ...results].map(({ id }) => id);
    for (const id of [...this.files].filter((kept) => !inUse.includes(kept))) {
      await this.database.remove('files', id);
      this.files.delete(id);
    }
  }
}

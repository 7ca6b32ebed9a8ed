import { checkReadable } from '../service/check-readable.js';
import { type EditEvent, eventFile } from '../service/edit-event.js';
import { FaultError } from '../service/fault.js';
import type { ServiceClient } from '../service/service-client.js';
import { namePicture } from '../service/name-picture.js';
import { servedModel } from '../service/served-model.js';
import { cut, streamEdit } from '../service/stream-edit.js';
import { type AppStore, type EditRequest, nextId, type Run } from './app-state.js';
import { arranged, checkReferences, editCount } from './arrangement.js';
import { formRequest } from './form-request.js';
import { freeUnused } from './pictures.js';
import { addResult } from './results.js';

/** A service in one of these states will take edits by and by; a run waits for it. */
const PASSING = ['connecting', 'loading'];

/** Makes the form's edit, one at a time, and keeps `run` in the state as it goes. */
export class EditRunner {
  private controller = new AbortController();

  constructor(
    private readonly store: AppStore,
    private readonly client: ServiceClient,
  ) {}

  /** Ends when the edit has: with results, with a fault in the state, or cancelled. Nothing happens while one runs. */
  async run(): Promise<void> {
    if (this.store.state.run !== null) return;
    const request = formRequest(this.store.state);
    this.controller = new AbortController();
    this.store.update({ fault: null, shown: null, isMasking: false, run: newRun(request) });
    try {
      await this.finish(request, this.controller.signal);
    } catch (error) {
      if (!this.controller.signal.aborted)
        this.store.update({ fault: namePicture(faultFrom(error), request.pictures) });
    } finally {
      this.end();
    }
  }

  cancel(): void {
    this.controller.abort();
  }

  private async finish(asked: EditRequest, signal: AbortSignal): Promise<void> {
    await this.store.until(({ service }) => !PASSING.includes(service.kind), signal);
    // The model may have come since Run was pressed.
    const model = this.store.state.model ?? (await servedModel(this.client));
    const request = arranged(asked, model);
    checkReferences(request, model);
    this.progress({ phase: 'sending', request, images: editCount(request) * variants(request) });
    await checkReadable(request.pictures);
    const first = this.store.state.results.length;
    for await (const event of streamEdit(this.client, request, signal, () => this.progress({ phase: 'queued' }))) {
      this.take(event, request);
    }
    const { results, run } = this.store.state;
    // A proxy may end a broken answer as if it were whole.
    if (results.length === first || (run !== null && results.length - first < run.images)) throw cut();
  }

  private take(event: Exclude<EditEvent, { type: 'error' }>, request: EditRequest): void {
    switch (event.type) {
      case 'image_edit.queued':
        this.progress({ phase: 'queued', position: event.position });
        break;
      case 'image_edit.started':
        this.progress({ phase: 'running', position: null });
        break;
      case 'image_edit.progress': {
        const { step, steps, image, images, eta_seconds: eta } = event;
        const endsAt = eta === null ? null : performance.now() + eta * 1000;
        this.progress({ phase: 'running', step, steps, image, images, endsAt });
        break;
      }
      case 'image_edit.partial_image':
        this.preview(URL.createObjectURL(eventFile(event)));
        break;
      case 'image_edit.completed': {
        const blob = eventFile(event);
        // Of several references this is the first: Picture 1.
        const input = request.pictures[event.input_index];
        if (input === undefined) throw cut();
        const { seed, size, output_format: format, warnings, loras } = event;
        addResult(this.store, {
          ...{ id: nextId(), blob, url: URL.createObjectURL(blob), input, request },
          ...{ seed, size, format, warnings, loras },
        });
        this.nextImage(event.image);
      }
    }
  }

  /** The next picture starts from its own input. */
  private nextImage(done: number): void {
    this.preview(null);
    this.progress({ image: done + 1, step: 0 });
  }

  private preview(previewUrl: string | null): void {
    const before = this.store.state.run?.previewUrl ?? null;
    this.progress({ previewUrl });
    if (before !== null) URL.revokeObjectURL(before);
  }

  private progress(change: Partial<Run>): void {
    const { run } = this.store.state;
    if (run !== null) this.store.update({ run: { ...run, ...change } });
  }

  /** Shows what there is of the run's results; else the latest there was. */
  private end(): void {
    const { run, results, shown } = this.store.state;
    this.preview(null);
    const own = results.find(({ request }) => request === run?.request) ?? results.at(-1);
    this.store.update({ run: null, shown: shown ?? own?.id ?? null });
    for (const picture of run?.request.pictures ?? []) freeUnused(this.store, picture);
  }
}

function newRun(request: EditRequest): Run {
  return {
    ...{ request, phase: 'waiting', position: null, previewUrl: null, endsAt: null },
    ...{ step: 0, steps: 0, image: 1, images: editCount(request) * variants(request) },
  };
}

/** Until the service tells how many pictures it will be; it has checked `n` by then. */
function variants({ options }: EditRequest): number {
  return Number(options['n'] ?? 1) || 1;
}

function faultFrom(error: unknown): FaultError['fault'] {
  if (error instanceof FaultError) return error.fault;
  throw error;
}

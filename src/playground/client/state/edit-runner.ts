import { checkPictures } from '../service/check-pictures.js';
import { cut, type EditJobs } from '../service/edit-jobs.js';
import { type EditEvent, eventFile } from '../service/edit-event.js';
import { type Fault, FaultError } from '../service/fault.js';
import { namePicture } from '../service/name-picture.js';
import type { AppStore, EditRequest, PastRun, Run, ServedModel } from './app-state.js';
import { arranged, checkReferences, editCount } from './arrangement.js';
import { formRequest } from './form-request.js';
import { addRun, changeRun, removeRuns } from './history.js';
import { newId } from './new-id.js';
import { freeUnused } from './pictures.js';
import { resultsOf, showResultsOf } from './results.js';
import { RunProgress } from './run-progress.js';

/** A service in one of these states will take edits by and by; a run waits for it. */
const PASSING = ['connecting', 'loading'];
/** It doesn't answer, or something between doesn't; its jobs may go on. */
const AWAY = ['UNREACHABLE', 'CUT', 'HTTP', 'MODEL_NOT_READY'];
const PAUSE_MILLISECONDS = 1000;

/** Makes edits as jobs of the service, one at a time, and keeps `run` and the history in the state as it goes. */
export class EditRunner {
  private controller = new AbortController();
  private readonly progress: RunProgress;
  /** What was asked for last; null: nothing yet. */
  private asked: EditRequest | null = null;

  constructor(
    private readonly store: AppStore,
    private readonly jobs: EditJobs,
    /** What the service serves. */
    private readonly meetModel: () => Promise<ServedModel>,
  ) {
    this.progress = new RunProgress(store);
  }

  /** Ends when the edit has: with results, with a fault in the state, or cancelled. Nothing happens while one runs. */
  async run(request: EditRequest = formRequest(this.store.state)): Promise<void> {
    if (this.store.state.run !== null) return;
    const past: PastRun = {
      ...{ id: newId(), at: Date.now(), request },
      ...{ job: null, lastEvent: 0, outcome: 'running', fault: null },
    };
    addRun(this.store, past);
    await this.finish(past);
  }

  /** Goes on with an edit that was on its way when the page was left. */
  async resume(past: PastRun): Promise<void> {
    if (this.store.state.run === null) await this.finish(past);
  }

  get lastAsked(): EditRequest | null {
    return this.asked;
  }

  cancel(): void {
    this.controller.abort();
  }

  private async finish(past: PastRun): Promise<void> {
    const { id, request } = past;
    const controller = new AbortController();
    this.controller = controller;
    this.asked = request;
    this.store.update({ fault: null, shown: null, grid: null, isMasking: false, run: newRun(past) });
    let fault: Fault | null = null;
    try {
      await this.follow(id, past.job ?? (await this.submit(id, request, controller.signal)), controller.signal);
      changeRun(this.store, id, { outcome: 'done' });
    } catch (error) {
      if (controller.signal.aborted) await this.cancelled(id);
      else fault = this.failed(id, namePicture(faultFrom(error), request.pictures));
    } finally {
      this.end(id, fault);
    }
  }

  /** @returns the job's id */
  private async submit(id: string, asked: EditRequest, signal: AbortSignal): Promise<string> {
    const { store } = this;
    await store.until(({ service }) => !PASSING.includes(service.kind), signal);
    // The model may have come since Run was pressed.
    const model = store.state.model ?? (await this.meetModel());
    const request = arranged(asked, model);
    checkReferences(request, model);
    await checkPictures(request.pictures, model.maxFileBytes);
    changeRun(store, id, { request });
    this.progress.update({ phase: 'sending', request, images: imageCount(request) });
    const job = await this.jobs.submit(request, id, signal);
    changeRun(store, id, { job });
    this.progress.update({ phase: 'queued' });
    return job;
  }

  /** Takes the job's events until it has ended, however often the service is away between them. */
  private async follow(id: string, job: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.takeEvents(id, job, signal);
        if (await this.hasEnded(id, job, signal)) return;
      } catch (error) {
        signal.throwIfAborted();
        const { code } = faultFrom(error);
        if (code === 'NOT_FOUND') throw new FaultError({ code: 'LOST', message: '', param: null });
        if (!AWAY.includes(code)) throw error;
      }
      await this.comesBack(signal);
    }
  }

  private async takeEvents(id: string, job: string, signal: AbortSignal): Promise<void> {
    const after = this.store.state.runs.find((run) => run.id === id)?.lastEvent ?? 0;
    for await (const { number, event } of this.jobs.events(job, after, signal)) this.take(id, number, event);
  }

  private take(id: string, number: number, event: EditEvent): void {
    if (event.type === 'error') throw new FaultError(event.error);
    if (event.type === 'image_edit.completed') this.takeResult(id, number, event);
    else this.progress.take(event);
  }

  private takeResult(
    run: string,
    lastEvent: number,
    event: Extract<EditEvent, { type: 'image_edit.completed' }>,
  ): void {
    const { store } = this;
    const request = store.state.runs.find(({ id }) => id === run)?.request;
    // Of several references this is the first: Picture 1.
    const input = request?.pictures[event.input_index];
    // The history may have been forgotten meanwhile.
    if (request === undefined || input === undefined) return;
    const id = `${run}-${event.image}`;
    const blob = eventFile(event);
    const { seed, size, output_format: format, warnings, loras } = event;
    const result = {
      id,
      run,
      blob,
      url: URL.createObjectURL(blob),
      input,
      request,
      seed,
      size,
      format,
      warnings,
      loras,
    };
    if (store.state.results.every((other) => other.id !== id)) {
      store.update({ results: [...store.state.results, result] });
    }
    changeRun(store, run, { lastEvent });
    this.progress.nextImage(event.image);
  }

  /** False: the events have broken off, which a proxy may make look like an end. */
  private async hasEnded(id: string, job: string, signal: AbortSignal): Promise<boolean> {
    const made = resultsOf(this.store.state, id).length;
    if (made >= (this.store.state.run?.images ?? Infinity)) return true;
    const { status, error } = await this.jobs.get(job);
    signal.throwIfAborted();
    if (error !== null) throw new FaultError(error);
    if (status === 'cancelled') throw new FaultError({ code: 'CANCELLED', message: '', param: null });
    if (status === 'succeeded' && made === 0) throw cut();
    return status === 'succeeded';
  }

  /** Waits until the service answers. */
  private async comesBack(signal: AbortSignal): Promise<void> {
    this.progress.update({ phase: 'away' });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    await this.store.until(({ service }) => !['offline', 'connecting'].includes(service.kind), signal);
  }

  private async cancelled(id: string): Promise<void> {
    const job = this.store.state.runs.find((run) => run.id === id)?.job ?? null;
    this.close(id, { outcome: 'cancelled' });
    if (job !== null) await this.jobs.remove(job);
  }

  private failed(id: string, fault: Fault): Fault {
    const outcome = fault.code === 'LOST' ? 'lost' : fault.code === 'CANCELLED' ? 'cancelled' : 'failed';
    this.close(id, { outcome, fault });
    return fault;
  }

  /** Notes what became of an edit; one that the service has never taken leaves no trace. */
  private close(id: string, change: Partial<PastRun>): void {
    const past = this.store.state.runs.find((run) => run.id === id);
    if (past?.job === null) removeRuns(this.store, [past]);
    else changeRun(this.store, id, change);
  }

  /** Shows what there is of the run's results, unless the user looks at others. */
  private end(id: string, fault: Fault | null): void {
    const { store } = this;
    this.progress.preview(null);
    const { run, shown, grid } = store.state;
    const pictures = run?.request.pictures ?? [];
    store.update({ run: null, fault });
    if (shown === null && grid === null && resultsOf(store.state, id).length > 0) showResultsOf(store, id);
    for (const picture of pictures) freeUnused(store, picture);
  }
}

function newRun({ id, request, job }: PastRun): Run {
  return {
    ...{ id, request, phase: job === null ? 'waiting' : 'queued', position: null, previewUrl: null, endsAt: null },
    ...{ step: 0, steps: 0, image: 1, images: imageCount(request) },
  };
}

/** Until the service tells how many pictures it will be; it has checked `n` by then. */
function imageCount(request: EditRequest): number {
  return editCount(request) * (Number(request.options['n'] ?? 1) || 1);
}

function faultFrom(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault;
  throw error;
}

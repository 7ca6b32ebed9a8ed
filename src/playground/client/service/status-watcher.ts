import type { AppStore, ServiceStatus } from '../state/app-state.js';

/**
 * Seconds until the next question. With a service that doesn't answer any more, the page says so within 3 seconds: this and
 * PATIENCE_SECONDS.
 */
const PERIODS: Readonly<Record<ServiceStatus['kind'], number>> = {
  ready: 1,
  failed: 5,
  draining: 1,
  loading: 1,
  connecting: 1,
  offline: 1,
};
/** A service that doesn't answer at all keeps the watcher no longer than this. */
const PATIENCE_SECONDS = 1.8;
/** While an edit is made: its pictures may fill the way to the service, and its stream tells of the service's end. */
const BUSY_PATIENCE_SECONDS = 10;

/** Keeps `service` in the state as /ready tells it; not while the page is hidden. */
export class StatusWatcher {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly store: AppStore) {
    document.addEventListener('visibilitychange', () => void this.check());
    for (const event of ['online', 'offline', 'pageshow']) addEventListener(event, () => void this.check());
  }

  /** Asks now. */
  async check(): Promise<void> {
    clearTimeout(this.timer);
    if (document.hidden) return;
    const service = await askStatus(this.store.state.run === null ? PATIENCE_SECONDS : BUSY_PATIENCE_SECONDS);
    const { kind, reason, modelId } = this.store.state.service;
    if (service.kind !== kind || service.reason !== reason || service.modelId !== modelId)
      this.store.update({ service });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(), PERIODS[service.kind] * 1000);
  }
}

/** The body of /ready's 200. */
interface Ready {
  readonly details: { readonly model: { readonly id: string } };
}

/** The body of /ready's 503. */
interface NotReady {
  readonly reason: string;
  readonly details: { readonly model: { readonly state: 'loading' | 'failed' | 'draining' } };
}

async function askStatus(patienceSeconds: number): Promise<ServiceStatus> {
  try {
    const response = await fetch('ready', { signal: AbortSignal.timeout(patienceSeconds * 1000) });
    if (response.ok) {
      const { details } = (await response.json()) as Ready;
      return { kind: 'ready', reason: '', modelId: details.model.id };
    }
    const { reason, details } = (await response.json()) as NotReady;
    return { kind: details.model.state, reason, modelId: '' };
  } catch {
    return { kind: 'offline', reason: '', modelId: '' };
  }
}

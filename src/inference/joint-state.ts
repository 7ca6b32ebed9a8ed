import type { EngineStatus } from './engine-pool.js';
import type { ModelState } from './model-state.js';

const LOADING = 'loading';

/** What a service is up to whose engines, one or more, serve the same model: ready as soon as one of them is. */
export function jointState(engines: readonly EngineStatus[]): ModelState {
  const states = engines.map(({ state }) => state);
  const [only, ...others] = states;
  if (only === undefined) throw new Error('There is no engine');
  const ready = states.find(({ status }) => status === 'ready');
  if (ready !== undefined) return ready;
  if (others.length === 0) return only;
  const failed = states.filter((state) => state.status === 'failed');
  if (failed.length === states.length) {
    return {
      status: 'failed',
      reason: inOne(engines, ({ reason }) => reason),
      operatorReason: inOne(engines, (state) => (state.status === 'failed' ? state.operatorReason : state.reason)),
      retryAfterSeconds: soonest(engines),
    };
  }
  // Those that can't load stay so; the others are waited for.
  const told = inOne(engines, ({ reason }) => reason.replace(`${LOADING}: `, ''));
  return {
    status: 'loading',
    reason: told === LOADING ? LOADING : `${LOADING}: ${told}`,
    retryAfterSeconds: soonest(engines),
    lastEnd: states.flatMap((state) => (state.status === 'loading' ? (state.lastEnd ?? []) : []))[0] ?? null,
  };
}

type NotReady = Exclude<ModelState, { status: 'ready' }>;

function notReady({ state }: EngineStatus): NotReady[] {
  return state.status === 'ready' ? [] : [state];
}

/** What is told of the engines, each by its name unless it is the same of all. */
function inOne(engines: readonly EngineStatus[], reasonOf: (state: NotReady) => string): string {
  const told = engines.flatMap((engine) => notReady(engine).map((state) => ({ engine, reason: reasonOf(state) })));
  const distinct = new Set(told.map(({ reason }) => reason));
  return distinct.size === 1
    ? [...distinct].join('')
    : told.map(({ engine, reason }) => `engine ${engine.name}: ${reason}`).join('; ');
}

function soonest(engines: readonly EngineStatus[]): number {
  return Math.min(...engines.flatMap(notReady).map(({ retryAfterSeconds }) => retryAfterSeconds));
}

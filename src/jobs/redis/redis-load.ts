import type { QueueLoad, PictureLoad, WaitingJob } from '../admission/queue-load.js';
import { parseKind } from '../picture-kind.js';
import { SpeedMeter } from '../speed-meter.js';
import { MessageError, MessageReader } from '../../redis/message-reader.js';
import { fieldsOf, listOf, numberOf, textOf } from '../../redis/replies.js';

/** What of a model waits and runs, and how fast its pictures are made. */
export interface ModelLoad {
  readonly load: QueueLoad;
  readonly speed: SpeedMeter;
}

/** The most jobs in line that are weighed one by one. */
const MOST_JOBS = 1_000_000;

/** Reads what the scripts READ_LOAD and RESERVE tell of a model. @throws MessageError */
export function readLoad(reply: unknown): ModelLoad {
  const [waiting, running, idle, reservations, speeds, living] = listOf(reply);
  const speed = readSpeeds(fieldsOf(speeds), new Set(listOf(living).map(textOf)));
  return {
    speed,
    load: {
      waiting: readWaiting(fieldsOf(waiting)),
      running: listOf(running).map((entry) => readRunning(textOf(entry), speed)),
      idleWorkers: numberOf(idle),
      reservations: numberOf(reservations),
    },
  };
}

/** Of several models together. */
export function joinLoads(loads: readonly QueueLoad[]): QueueLoad {
  return {
    waiting: loads.flatMap(({ waiting }) => waiting),
    running: loads.flatMap(({ running }) => running),
    idleWorkers: loads.reduce((sum, { idleWorkers }) => sum + idleWorkers, 0),
    reservations: loads[0]?.reservations ?? 0,
  };
}

/** How many jobs wait of each kind and number of pictures. */
function readWaiting(counts: ReadonlyMap<string, string>): WaitingJob[] {
  return [...counts].flatMap(([text, count]) => {
    const cut = text.lastIndexOf(' ');
    const job = { settings: kindOf(text.slice(0, cut)), picturesLeft: Number(text.slice(cut + 1)) };
    return Array.from({ length: Math.min(MOST_JOBS, Number(count)) }, () => job);
  });
}

function readRunning(json: string, speed: SpeedMeter): PictureLoad {
  const entry = MessageReader.of(json, 'running picture');
  const settings = kindOf(entry.text('kind', 100));
  const images = entry.whole('images', 1, MOST_JOBS);
  if (entry.flag('over')) return { settings, images, picturesLeft: 0, remainingSeconds: 0 };
  const told = entry.number('seconds', -1, 1e9);
  const seconds = told < 0 ? speed.leastSeconds(settings) : told;
  const remainingSeconds = Math.max(0, seconds - entry.number('elapsedMs', -1e12, 1e12) / 1000);
  return { settings, images, picturesLeft: entry.whole('left', 0, MOST_JOBS), remainingSeconds };
}

/** Measures of workers that are gone don't count. */
function readSpeeds(kinds: ReadonlyMap<string, string>, living: ReadonlySet<string>): SpeedMeter {
  const meter = new SpeedMeter();
  for (const [text, json] of kinds) {
    const kind = kindOf(text);
    for (const sample of MessageReader.of(`{"samples":${json}}`, 'speeds').objects('samples')) {
      if (!living.has(sample.text('worker', 100))) continue;
      const pixels = sample.whole('pixels', 1, 1e12);
      meter.add(kind, { width: pixels, height: 1 }, sample.number('seconds', 0, 1e9));
    }
  }
  return meter;
}

function kindOf(text: string): NonNullable<ReturnType<typeof parseKind>> {
  const kind = parseKind(text);
  if (kind === null) throw new MessageError('a kind of picture is none');
  return kind;
}

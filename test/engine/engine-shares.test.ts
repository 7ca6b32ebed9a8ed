import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { EngineEvent } from '../../src/protocol/engine-messages.js';
import type { EngineShare } from '../../src/protocol/engine-share.js';
import { EngineProcess } from '../support/engine-process.js';
import { checkpointFolder } from '../support/fixtures.js';

const KINDS = ['quantizing', 'dealt', 'loading', 'ready', 'load_failed'] as const;

const folder = mkdtempSync(join(tmpdir(), 'shared-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What an engine tells while it loads int4, with its threads afterwards. */
async function load(share: EngineShare | null, engines = 3): Promise<{ events: EngineEvent[]; threads: number }> {
  const engine = new EngineProcess();
  const events: EngineEvent[] = [];
  for (const kind of KINDS) engine.on(kind, (event) => events.push(event));
  try {
    const cache = { folder, maxBytes: 1e9 };
    await engine.load(checkpointFolder('plain'), 'cpu', 'int4', cache, null, undefined, { engines, share });
    const status = process.platform === 'linux' ? readFileSync(`/proc/${engine.pid}/status`, 'utf8') : '';
    return { events, threads: Number(/^Threads:\s+(\d+)$/m.exec(status)?.[1]) };
  } finally {
    engine.stop();
  }
}

const kindsOf = (events: readonly EngineEvent[]): string[] => [...new Set(events.map(({ type }) => type))];

describe('engines that share a machine', () => {
  test('the first deals it out once the weights that have to be made are there; the others make none', async () => {
    const first = await load(null);
    expect(kindsOf(first.events)).toEqual(['quantizing', 'dealt', 'loading', 'ready']);
    const [dealt] = first.events.filter((event) => event.type === 'dealt');
    const shares = dealt?.shares ?? [];
    expect(shares).toHaveLength(3);
    const made = readdirSync(folder);
    expect(made).toHaveLength(1);
    const { events } = await load(shares[1] ?? null);
    expect(kindsOf(events)).toEqual(['loading', 'ready']);
    expect(readdirSync(folder)).toEqual(made);
  }, 240_000);

  test('one that is alone has the whole machine; one that starts again with its share deals nothing', async () => {
    const { events } = await load(null, 1);
    expect(events.find(({ type }) => type === 'dealt')).toEqual({
      type: 'dealt',
      shares: [{ gpus: null, threads: null, hostBytes: null }],
    });
    expect(kindsOf((await load({ gpus: null, threads: 1, hostBytes: null })).events)).not.toContain('dealt');
  }, 240_000);

  test('an engine computes with the threads that are its own', async () => {
    const share = { gpus: null, hostBytes: null };
    const one = await load({ ...share, threads: 1 });
    const six = await load({ ...share, threads: 6 });
    // Each network's session has so many but one, and the thread that runs it.
    if (process.platform === 'linux') expect(six.threads - one.threads).toBeGreaterThanOrEqual(7 * 5);
  }, 240_000);

  test('an engine plans with its own part of the memory', async () => {
    await expect(load({ gpus: null, threads: 1, hostBytes: 1000 })).rejects.toThrow(/and 1 kB of memory are available/);
  }, 240_000);
});

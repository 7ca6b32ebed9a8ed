import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ModelInfo } from '../../../src/protocol/model-info.js';
import { EngineProcess } from '../../support/engine-process.js';
import { WEIGHT_FILES } from '../../support/weight-files.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'repacked-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function load(engine: EngineProcess, folder: string): Promise<ModelInfo> {
  const source = { file: join(WEIGHT_FILES, 'mixture.gguf'), zeroCondT: null };
  return engine.load(join(WEIGHT_FILES, 'checkpoint'), 'cpu', 'fp32', { folder, maxBytes: 1e9 }, null, source);
}

/** Of the only folder in the cache, which is finished: its name, and a hash of what was repacked. */
function repacked(folder: string): [string, string] {
  const [name = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  const bytes = readFileSync(join(folder, name, 'transformer-repacked.bin'));
  return [name, createHash('sha256').update(bytes).digest('hex')];
}

test('what a killed process repacked a part of is made by the next one, as if nothing had been', async () => {
  const [disturbed, calm] = [join(home, 'disturbed'), join(home, 'calm')];
  const killed = new EngineProcess();
  const reached = new Promise<void>((resolve) => {
    killed.on('quantizing', ({ step, done }) => {
      if (step === 'repacked' && done >= 1) resolve();
    });
  });
  load(killed, disturbed).catch(() => undefined);
  await reached;
  await killed.kill();
  const [left = ''] = readdirSync(disturbed);
  expect(left).toMatch(/^[0-9a-f]{32}\.[0-9a-f-]{36}$/);
  expect(readdirSync(join(disturbed, left))).toContain('transformer-repacked.bin');
  for (const folder of [disturbed, calm]) {
    const engine = new EngineProcess();
    try {
      expect((await load(engine, folder)).warnings).toEqual([]);
    } finally {
      engine.stop();
    }
  }
  expect(repacked(disturbed)).toEqual(repacked(calm));
}, 120_000);

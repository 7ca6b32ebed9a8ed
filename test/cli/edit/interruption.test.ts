import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type RunningCommand, Workplace } from '../../support/command.js';
import { GOOD_PICTURE } from '../../support/edit-form.js';
import { gateOptions } from '../../support/gate-options.js';
import { isGone } from '../../support/process.js';

/** Work that goes on until it is ended: a picture takes minutes, and every five seconds there is a line about its steps. */
const MANY_STEPS = { MAX_STEPS: '1000' };
const ENDLESS = [
  'photo.png',
  'make it blue',
  '--num_inference_steps=1000',
  '--size=1536x1536',
  '--true_cfg_scale=4',
  '--negative_prompt=grey',
  '--n=10',
  '-o',
  'out/',
  '-v',
];

describe('the command line that is interrupted', () => {
  let place: Workplace;
  beforeEach(async () => {
    place = await Workplace.create({ 'photo.png': GOOD_PICTURE });
  });
  afterEach(() => place.remove());

  /** The engine doesn't begin to load the model, however fast the machine is. */
  const startBeforeGate = async (): Promise<RunningCommand> => {
    await writeFile(place.at('closed'), '');
    return place.start(ENDLESS, { env: { ...MANY_STEPS, NODE_OPTIONS: gateOptions(place.at('closed')) } });
  };
  const enginePid = (stderr: string): number => Number(/Engine process (\d+) started/.exec(stderr)?.[1]);

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s in the middle of a picture: no file, no engine',
    async (signal, code) => {
      const command = place.start(ENDLESS, { env: MANY_STEPS });
      await command.says(/step \d+ of 1000/);
      command.kill(signal);
      const ended = await command.ended();
      expect(ended.code).toBe(code);
      expect(await place.files()).toEqual(['photo.png']);
      const pid = enginePid(ended.stderr);
      await isGone(pid);
    },
    120_000,
  );

  test('while the model loads', async () => {
    const command = await startBeforeGate();
    const pid = enginePid(await command.says(/Engine process \d+ started/));
    await command.says('Loading the model');
    command.kill('SIGINT');
    expect((await command.ended()).code).toBe(130);
    await isGone(pid);
  });

  test('what was finished stays', async () => {
    const steps = ['--num_inference_steps=150', '--size=128x128', '--n=10'];
    const command = place.start(['photo.png', 'x', ...steps, '-o', 'out/', '-v']);
    await command.says('-> out/photo-1.png');
    // The others aren't made before the command is told to end, however fast the engine is.
    const pid = enginePid(command.stderr);
    process.kill(pid, 'SIGSTOP');
    command.kill('SIGINT');
    process.kill(pid, 'SIGCONT');
    expect((await command.ended()).code).toBe(130);
    const files = await place.files();
    expect(files).toContain('out/photo-1.png');
    expect(files).not.toContain('out/photo-10.png');
    expect(files.filter((file) => file.endsWith('.part'))).toEqual([]);
  });

  test('an engine that is killed fails its picture', async () => {
    const command = place.start(ENDLESS, { env: MANY_STEPS });
    await command.says(/step \d+ of 1000/);
    process.kill(enginePid(command.stderr), 'SIGKILL');
    const { code, stderr } = await command.ended();
    expect(stderr).toMatch(/photo\.png: Image generation failed: the engine process was killed \(SIGKILL\)/);
    expect(code).toBe(1);
  }, 120_000);

  test('an engine that dies while it loads is not started for ever', async () => {
    const command = await startBeforeGate();
    process.kill(enginePid(await command.says(/Engine process \d+ started/)), 'SIGKILL');
    const { code, stderr } = await command.ended();
    expect(stderr).toMatch(/Failed to load model: the engine process was killed \(SIGKILL\)[^\n]*\n$/);
    expect(code).toBe(1);
  });
});

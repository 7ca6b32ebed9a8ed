import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Workplace } from '../../support/command.js';
import { GOOD_PICTURE } from '../../support/edit-form.js';
import { isAlive, within } from '../../support/process.js';

/** Work that goes on until it is ended. A picture takes far longer than the five seconds from one line about steps to the next. */
const ENDLESS = [
  'photo.png',
  'make it blue',
  '--num_inference_steps=150',
  '--size=1024x1024',
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

  const enginePid = (stderr: string): number => Number(/Engine process (\d+) started/.exec(stderr)?.[1]);

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s in the middle of a picture: no file, no engine',
    async (signal, code) => {
      const command = place.start(ENDLESS);
      await command.says(/step \d+ of 150/);
      command.kill(signal);
      const ended = await command.ended();
      expect(ended.code).toBe(code);
      expect(await place.files()).toEqual(['photo.png']);
      const pid = enginePid(ended.stderr);
      expect(await within(10, () => !isAlive(pid))).toBe(true);
    },
    120_000,
  );

  test('while the model loads', async () => {
    const command = place.start(ENDLESS);
    const pid = enginePid(await command.says(/Engine process \d+ started/));
    // Stopped before the command looks: on a busy machine a tiny model is ready by then, and there is nothing to wait for.
    process.kill(pid, 'SIGSTOP');
    await command.says('Loading the model');
    command.kill('SIGINT');
    expect((await command.ended()).code).toBe(130);
    expect(await within(10, () => !isAlive(pid))).toBe(true);
  });

  test('what was finished stays', async () => {
    const command = place.start(['photo.png', 'x', '--num_inference_steps=150', '--n=10', '-o', 'out/']);
    await command.says('out/photo-1.png');
    command.kill('SIGINT');
    expect((await command.ended()).code).toBe(130);
    const files = await place.files();
    expect(files).toContain('out/photo-1.png');
    expect(files).not.toContain('out/photo-10.png');
    expect(files.filter((file) => file.endsWith('.part'))).toEqual([]);
  });

  test('an engine that is killed fails its picture', async () => {
    const command = place.start(ENDLESS);
    await command.says(/step \d+ of 150/);
    process.kill(enginePid(command.stderr), 'SIGKILL');
    const { code, stderr } = await command.ended();
    expect(stderr).toMatch(/photo\.png: Image generation failed: the engine process was killed \(SIGKILL\)/);
    expect(code).toBe(1);
  }, 120_000);

  test('an engine that dies while it loads is not started for ever', async () => {
    const command = place.start(ENDLESS);
    process.kill(enginePid(await command.says(/Engine process \d+ started/)), 'SIGKILL');
    const { code, stderr } = await command.ended();
    expect(stderr).toMatch(/Failed to load model: the engine process was killed \(SIGKILL\)[^\n]*\n$/);
    expect(code).toBe(1);
  });
});

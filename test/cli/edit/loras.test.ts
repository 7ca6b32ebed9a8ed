import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Workplace } from '../../support/command.js';
import { GOOD_PICTURE } from '../../support/edit-form.js';
import type { LoraFolder } from '../../support/lora-folder.js';
import { TestServer } from '../../support/server.js';
import { LIGHTNING, tinyLoras } from '../../support/tiny-loras.js';

/** For starting an engine several times, on a busy machine too. */
const SEVERAL_STARTS_MILLISECONDS = 180_000;

describe('--lora', () => {
  let folder: LoraFolder;
  let place: Workplace;
  beforeAll(async () => {
    folder = await tinyLoras();
  });
  afterAll(() => folder.remove());
  beforeEach(async () => {
    place = await Workplace.create({ 'photo.png': GOOD_PICTURE });
  });
  afterEach(() => place.remove());

  const COMMAND = ['photo.png', 'make it blue', '--seed=1'];
  const TWO = ['--lora', 'style:-0.8', '--lora', 'other'];
  const USED = [
    { name: 'style', scale: -0.8 },
    { name: 'other', scale: 1 },
  ];

  test.each<[what: string, args: readonly string[], message: string]>([
    [
      'a scale that is none',
      ['--lora', 'style:x'],
      "lora: the scale of 'style' must be a number from -4 to 4, not 'x'",
    ],
    [
      'one beyond the largest',
      ['--lora=style:4.5'],
      "lora: the scale of 'style' must be a number from -4 to 4, not 4.5",
    ],
    ['the same twice', ['--lora', 'style', '--lora', 'style:0.5'], "lora must name 'style' only once"],
    ['a path', ['--lora', 'loras/style'], "lora must be a name, and 'loras/style' is a path or a URL"],
    ['nothing', ['--lora', ''], 'lora: a name must not be empty'],
    ['five', ['a', 'b', 'c', 'd', 'e'].map((name) => `--lora=${name}`), 'lora must name at most 4 LoRAs, 5 were given'],
    ['JSON that is none', ['--lora', '{"name":'], 'lora must be a name, NAME:SCALE, or JSON such as'],
  ])('%s is refused before an engine has loaded anything: exit code 2', async (_what, args, message) => {
    const { code, stderr } = await place.run([...COMMAND, ...args]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(await place.files()).toEqual(['photo.png']);
  });

  test(
    'with an engine of its own: two, what is used, and what isn’t there',
    async () => {
      const env = { LORA_DIR: folder.path };
      const plain = await place.json([...COMMAND, '-o', 'plain.png', '--num_inference_steps=3'], { env });
      expect(plain).toMatchObject({ code: 0, results: [{ usage: { loras: [] } }] });
      const two = await place.json([...COMMAND, ...TWO, '-o', 'two.png'], { env });
      expect(two).toMatchObject({ code: 0, results: [{ usage: { loras: USED } }], warnings: [] });
      expect((await place.read('two.png')).equals(await place.read('plain.png'))).toBe(false);
      const none = await place.run([...COMMAND, '--lora', 'nothing'], { env });
      expect(none.stderr).toContain(
        `lora: there is no LoRA 'nothing' here: the service has '${LIGHTNING}', 'other', 'style'\n`,
      );
      expect(none.code).toBe(2);
    },
    SEVERAL_STARTS_MILLISECONDS,
  );

  test(
    'with a server: the same picture, and the same refusals',
    async () => {
      const server = await TestServer.start({ env: { LORA_DIR: folder.path } });
      try {
        const at = ['--server', server.url];
        const two = await place.json([...COMMAND, ...TWO, ...at, '-o', 'server.png']);
        expect(two).toMatchObject({ code: 0, results: [{ usage: { loras: USED } }], warnings: [] });
        const own = await place.run([...COMMAND, ...TWO, '-o', 'own.png'], { env: { LORA_DIR: folder.path } });
        expect(own.code).toBe(0);
        expect((await place.read('server.png')).equals(await place.read('own.png'))).toBe(true);
        const asModel = await place.json([...COMMAND, '--model', 'style', ...at, '-o', 'model.png']);
        expect(asModel).toMatchObject({ code: 0, results: [{ usage: { loras: [{ name: 'style', scale: 0.5 }] } }] });
        const refused = await place.json([...COMMAND, '--lora', 'broken', ...at]);
        expect(refused).toMatchObject({ code: 2, failures: [{ code: 'INVALID_INPUT', param: 'lora' }] });
        expect(refused.failures[0]?.message).toMatch(/^lora: the LoRA 'broken' can't be used: broken\.safetensors /);
      } finally {
        await server.stop();
      }
    },
    SEVERAL_STARTS_MILLISECONDS,
  );
});

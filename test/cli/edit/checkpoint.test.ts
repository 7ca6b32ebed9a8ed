import { describe, expect, test } from '@jest/globals';
import { cp, mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Workplace } from '../../support/command.js';
import { GOOD_PICTURE } from '../../support/edit-form.js';
import { checkpointFolder } from '../../support/fixtures.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');

describe('a checkpoint that can’t be used', () => {
  test('one that is damaged: every file at fault is named', async () => {
    const place = await Workplace.create({ 'photo.png': GOOD_PICTURE });
    const checkpoint = place.at('checkpoint');
    await cp(checkpointFolder('plain'), checkpoint, { recursive: true });
    await truncate(join(checkpoint, 'transformer/diffusion_pytorch_model.safetensors'), 5000);
    await rm(join(checkpoint, 'vae/config.json'));
    await writeFile(join(checkpoint, 'scheduler/scheduler_config.json'), '{');
    const { code, stderr } = await place.run(['photo.png', 'make it blue', '-o', 'out.png'], {
      env: { QWEN_MODEL_DIR: checkpoint },
    });
    const [, message = ''] = /^Failed to load model: (.*)$/m.exec(stderr) ?? [];
    expect(message.split(' | ')).toEqual([
      'vae/config.json is missing',
      'scheduler/scheduler_config.json is not valid JSON',
      expect.stringMatching(/^transformer\/diffusion_pytorch_model\.safetensors is truncated: /),
    ]);
    expect(code).toBe(1);
    await place.remove();
  });

  test('and one that is not there', async () => {
    const place = await Workplace.create({ 'photo.png': GOOD_PICTURE });
    const { code, stderr } = await place.run(['photo.png', 'x'], { env: { QWEN_MODEL_DIR: place.at('nowhere') } });
    expect(stderr).toContain(`is missing (QWEN_MODEL_DIR is ${place.at('nowhere')})`);
    expect(code).toBe(1);
    await place.remove();
  });

  test('settings that are wrong are named', async () => {
    const place = await Workplace.create({ 'photo.png': GOOD_PICTURE });
    const { code, stderr } = await place.run(['photo.png', 'x'], { env: { MAX_STEPS: 'many', PRECISION: 'fp16' } });
    expect(stderr).toMatch(/^PRECISION="fp16" is invalid: .*\nMAX_STEPS="many" is invalid: .*\n$/);
    expect(code).toBe(2);
    await place.remove();
  });

  test('the bundled one, damaged: the file is named, and how to restore it', async () => {
    const place = await Workplace.create({ 'photo.png': GOOD_PICTURE });
    const program = place.at('program');
    await mkdir(join(program, 'models'), { recursive: true });
    for (const part of ['package.json', 'dist']) await cp(join(ROOT, part), join(program, part), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(program, 'node_modules'));
    await cp(join(ROOT, 'models', 'mini'), join(program, 'models', 'mini'), { recursive: true });
    await rm(join(program, 'models', 'mini', 'vae', 'config.json'));
    const { code, stderr } = await place.run(['photo.png', 'make it blue'], { env: { QWEN_MODEL_DIR: '' }, program });
    expect(stderr).toMatch(
      /^Failed to load model: vae\/config\.json is missing \(to restore .*git checkout -- models\/mini/m,
    );
    expect(code).toBe(1);
    await place.remove();
  });
});

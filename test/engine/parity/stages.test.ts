import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PackedFloats } from '../../../src/engine/sessions/packed-floats.js';
import type { ImageFeatures } from '../../../src/engine/text-encoder.js';
import { relativeError } from '../../support/compare.js';
import { checkpointFolder, checkpointNames, goldenFile, manifest } from '../../support/fixtures.js';
import { goldenFloats, readSafetensors } from '../../support/safetensors.js';
import { reportFigure } from '../../support/report-figure.js';
import { StageProcess } from '../../support/stage-process.js';
import { packedModulation } from './packed-modulation.js';

/** float32 against float32: the largest difference as a share of the largest value. */
const TOLERANCE = 1e-4;

/** Those with goldens of single stages. */
const stagedCheckpoints = checkpointNames().filter((name) => manifest(name).text.length > 0);

const grid = ([rows, columns]: [number, number]): { rows: number; columns: number } => ({ rows, columns });

function expectClose(stage: string, name: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const error = relativeError(actual, expected);
  reportFigure(stage, name, error.toExponential(1));
  expect(error).toBeLessThan(TOLERANCE);
}

describe.each(stagedCheckpoints)('checkpoint %s', (name) => {
  const cases = manifest(name);
  let stages: StageProcess;
  const text = readSafetensors(goldenFile(name, 'text.safetensors'));

  beforeAll(async () => {
    stages = new StageProcess();
    const { warnings } = await stages.run('load', { folder: checkpointFolder(name) });
    expect(warnings).toEqual([]);
  });
  afterAll(() => stages.stop());

  test.each(cases.text)('text encoder: $name', async (item) => {
    const features: ImageFeatures[] = [];
    for (const picture of item.condition_pictures) {
      features.push(await stages.run('vision', { file: goldenFile(name, picture) }));
    }
    const grids = features.map(({ gridHeight, gridWidth }) => [gridHeight, gridWidth]);
    expect(grids).toEqual(item.grids.map(([, rows, columns]) => [rows, columns]));
    const embedded = features.flatMap(({ embeds: own }) => [...own]);
    expectClose('vision tower', `${name}/${item.name}`, embedded, goldenFloats(text, `${item.name}.vision`));
    // A second prompt shares the pictures and the template with the first and must not change it, nor be changed.
    const prompts: [string, string] = [item.prompt, 'Something else.'];
    const [embeds, other] = await stages.run('prompts', { prompts, features });
    const [alone] = await stages.run('prompts', { prompts: [prompts[1]], features });
    expect(relativeError(other?.data ?? [], alone?.data ?? [])).toBeLessThan(TOLERANCE);
    expectClose(
      'prompt embeddings',
      `${name}/${item.name}`,
      embeds?.data ?? [],
      goldenFloats(text, `${item.name}.prompt_embeddings`),
    );
  });

  const denoiser = readSafetensors(goldenFile(name, 'denoiser.safetensors'));
  test.each(cases.denoiser)('denoiser: $name', async (item) => {
    const golden = (part: string): Float32Array => goldenFloats(denoiser, `${item.name}.${part}`);
    const embeddings = text.get(`${item.text_case}.prompt_embeddings`);
    const prompt = {
      data: goldenFloats(text, `${item.text_case}.prompt_embeddings`),
      tokens: embeddings?.shape[0] ?? 0,
    };
    const conditioning = await stages.run('condition', {
      prompt,
      grids: [item.target_tokens, ...item.reference_tokens].map(grid),
    });
    expectClose('prompt projection', `${name}/${item.name}`, conditioning.text.data, golden('projected_text'));

    const modulation = await stages.run('modulation', { timestep: item.sigma });
    const expectModulation = ({ data }: PackedFloats, packed: readonly (number | null)[]): void => {
      const known = [...data].filter((_, index) => packed[index] !== null);
      expect(data).toHaveLength(packed.length);
      expectClose(
        'modulation',
        `${name}/${item.name}`,
        known,
        packed.filter((value) => value !== null),
      );
    };
    expectModulation(modulation.step, packedModulation(denoiser, item.name, 'image'));
    expect(modulation.references !== null).toBe(denoiser.has(`${item.name}.modulation.0.reference`));
    if (modulation.references !== null) {
      expectModulation(modulation.references, packedModulation(denoiser, item.name, 'reference'));
    }

    const all = golden('latents');
    const targetTokens = item.target_tokens[0] * item.target_tokens[1];
    const tokens = item.reference_tokens.reduce((sum, [rows, columns]) => sum + rows * columns, targetTokens);
    const targetEnd = (all.length / tokens) * targetTokens;
    const velocity = await stages.run('velocity', {
      latents: all.slice(0, targetEnd),
      references: all.slice(targetEnd),
      modulation,
      conditioning,
    });
    const expected = golden('output').slice(0, velocity.length);
    expect(velocity).toHaveLength((golden('output').length / tokens) * targetTokens);
    expectClose('denoiser', `${name}/${item.name}`, velocity, expected);
  });

  const vae = readSafetensors(goldenFile(name, 'vae.safetensors'));
  test.each(cases.vae)('VAE: $name', async (item) => {
    const latents = await stages.run('vaeEncode', { file: goldenFile(name, item.picture) });
    expectClose('VAE encoder', `${name}/${item.name}`, latents.data, goldenFloats(vae, `${item.name}.normalised`));

    const [channels = 0, height = 0, width = 0] = vae.get(`${item.name}.latents`)?.shape ?? [];
    const decoded = await stages.run('vaeDecode', {
      latents: { data: goldenFloats(vae, `${item.name}.latents`), channels, height, width },
    });
    const expected = goldenFloats(vae, `${item.name}.decoded`).map((value) => value / 2 + 0.5);
    expectClose('VAE decoder', `${name}/${item.name}`, decoded, expected);
  });
});

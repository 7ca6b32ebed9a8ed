import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures');

/** Folder of the tiny checkpoint `name`. */
export const checkpointFolder = (name: string): string => join(FIXTURES, 'checkpoints', name);

/** A file among the goldens of the checkpoint `name`. */
export const goldenFile = (name: string, ...path: string[]): string => join(FIXTURES, 'goldens', name, ...path);

/** An input picture. */
export const pictureFile = (name: string): string => join(FIXTURES, 'pictures', name);

/** Names of the tiny checkpoints. */
export const checkpointNames = (): string[] => readdirSync(join(FIXTURES, 'checkpoints')).sort();

type Size = [width: number, height: number];
type Grid = [rows: number, columns: number];

/** A request whose picture diffusers made. */
export interface PictureCase {
  readonly name: string;
  /** The edit's references in order. */
  readonly pictures: readonly string[];
  readonly prompt: string;
  /** null without guidance. */
  readonly negative_prompt: string | null;
  readonly true_cfg_scale: number;
  readonly size: Size;
  readonly num_inference_steps: number;
  readonly seed: number;
  readonly expected: string;
  /** dB from the expected picture to those of the same request with one thing changed. */
  readonly counter_psnr: Readonly<Record<string, number>>;
}

/** The same with a mask. */
export interface MaskedCase extends PictureCase {
  readonly mask: string;
}

/** A checkpoint's golden cases. */
export interface Manifest {
  readonly condition_areas: readonly number[];
  readonly text: readonly {
    readonly name: string;
    readonly condition_pictures: readonly string[];
    readonly prompt: string;
    readonly grids: readonly [frames: number, rows: number, columns: number][];
  }[];
  readonly denoiser: readonly {
    readonly name: string;
    readonly target_tokens: Grid;
    readonly reference_tokens: readonly Grid[];
    readonly sigma: number;
    readonly text_case: string;
  }[];
  readonly vae: readonly { readonly name: string; readonly picture: string }[];
  readonly pictures: readonly PictureCase[];
}

/** Reads a checkpoint's manifest; kinds of cases that it doesn't have are empty. */
export function manifest(name: string): Manifest {
  const cases = JSON.parse(readFileSync(goldenFile(name, 'manifest.json'), 'utf8')) as Partial<Manifest>;
  return { condition_areas: [], text: [], denoiser: [], vae: [], pictures: [], ...cases };
}

/** A checkpoint's cases with masks; empty where it has none. */
export function maskedCases(name: string): readonly MaskedCase[] {
  const file = goldenFile(name, 'masked.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as MaskedCase[]) : [];
}

import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { LinearFormat } from '../../graph/quantization/linear-format.js';
import type { PlacedWeight } from '../../graph/quantization/quantized-layout.js';
import type { RepackedTensor } from '../../graph/quantization/repacked-layout.js';
import { FinishedWeights, type FinishedWeight, type MadeWeight } from './finished-weights.js';
import { repackedArrays, roundedArrays, type PlacedArrays } from './placed-arrays.js';
import type { RoundedPlace, RoundedWeight } from './round-weight.js';
import { WeightThreads } from './weight-threads.js';

/**
 * Fills a folder by threads.
 * @param folder absolute; what was finished in it before is known
 * @param root absolute folder of the checkpoint's files
 * @param threadCount by default as many as this process may use processors
 */
export async function fillByThreads<Result>(
  folder: string,
  root: string,
  threadCount: number | undefined,
  fill: (folder: WeightFolder) => Promise<Result>,
): Promise<Result> {
  const threads = new WeightThreads(threadCount);
  const weights = new WeightFolder(folder, root, threads);
  try {
    return await fill(weights);
  } finally {
    await threads.close();
    weights.close();
  }
}

/** A folder that is being filled with quantized or repacked weights. */
export class WeightFolder {
  readonly finished: FinishedWeights;

  /**
   * @param folder absolute; what was finished in it before is known
   * @param root absolute folder of the checkpoint's files
   */
  constructor(
    private readonly folder: string,
    private readonly root: string,
    private readonly threads: WeightThreads,
  ) {
    this.finished = new FinishedWeights(folder);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** Makes a file, empty, where there is none. */
  create(file: string): void {
    closeSync(openSync(this.path(file), 'a'));
  }

  close(): void {
    this.finished.close();
  }

  /** A weight that was finished before, if the file still holds it. */
  async found(file: string, weight: PlacedArrays): Promise<FinishedWeight | undefined> {
    const known = this.finished.find(file, weight);
    if (known === undefined) return undefined;
    return (await this.holds(known, file, weight)) ? known : undefined;
  }

  /** Rounds a weight from the checkpoint into its place in a file. */
  async round(file: string, weight: PlacedWeight, isMeasured: boolean): Promise<FinishedWeight> {
    const to = { path: this.path(file), codes: weight.codes.offset, scales: weight.scales.offset };
    const { codes, scales, loss } = await this.rounded(weight, weight.format, isMeasured, to);
    return this.finished.add(file, roundedArrays(weight), { sums: [codes, scales], loss });
  }

  /** Repacks a tensor of a GGUF type from the checkpoint into its place in a file. */
  async repack(file: string, tensor: RepackedTensor): Promise<FinishedWeight> {
    const { dtype, label, name, offset, file: source } = tensor.tensor;
    const { rows, columns, spans } = tensor;
    const stored = { path: join(this.root, source), offset, dtype, label: `${label}: tensor ${name}` };
    const sums = await this.threads.repack({ kind: 'repack', stored, rows, columns, spans, path: this.path(file) });
    return this.finished.add(file, repackedArrays(tensor), { sums, loss: null });
  }

  /** How much another format would change a weight. */
  async change(weight: PlacedWeight, format: LinearFormat): Promise<number> {
    return (await this.rounded(weight, format, true, null)).loss?.change ?? NaN;
  }

  /**
   * Copies a weight to its place in another file.
   * @param weight as it lies there
   * @returns undefined when it is not what was once written
   */
  async copy(file: string, weight: PlacedArrays, to: string, place: PlacedArrays): Promise<FinishedWeight | undefined> {
    const known = this.finished.find(file, weight);
    if (known === undefined) return undefined;
    const isCopied = await this.holds(known, file, weight, { file: to, arrays: place.arrays });
    return isCopied ? this.finished.add(to, place, known) : undefined;
  }

  private async rounded(
    { tensor, rows, columns }: PlacedWeight,
    format: LinearFormat,
    isMeasured: boolean,
    to: RoundedPlace | null,
  ): Promise<RoundedWeight> {
    const stored = {
      path: join(this.root, tensor.file),
      offset: tensor.offset,
      dtype: tensor.dtype,
      rowBytes: tensor.length / (tensor.shape[0] ?? 1),
      label: `${tensor.label}: tensor ${tensor.name}`,
    };
    return this.threads.round({ kind: 'round', stored, rows, columns, format, isMeasured, to });
  }

  /** Whether a file holds what was written there, which is copied on the way where there is a `to`. */
  private async holds(
    { sums }: MadeWeight,
    file: string,
    { arrays }: PlacedArrays,
    to?: Pick<PlacedArrays, 'arrays'> & { readonly file: string },
  ): Promise<boolean> {
    const areSame = await Promise.all(
      arrays.map(async ({ offset, length }, index) => {
        const place = to?.arrays[index];
        const sum = await this.threads.copy({
          kind: 'copy',
          from: { path: this.path(file), offset },
          length,
          ...(to && place && { to: { path: this.path(to.file), offset: place.offset } }),
        });
        return sum === sums[index];
      }),
    );
    return areSame.every(Boolean);
  }
}

import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { LinearFormat } from '../../graph/quantization/linear-format.js';
import type { PlacedWeight, Span } from '../../graph/quantization/quantized-layout.js';
import { FinishedWeights, type FinishedWeight } from './finished-weights.js';
import type { RoundedPlace, RoundedWeight } from './round-weight.js';
import type { RoundingThreads } from './rounding-threads.js';

/** A folder that is being filled with quantized weights. */
export class WeightFolder {
  readonly finished: FinishedWeights;

  /**
   * @param folder absolute; what was finished in it before is known
   * @param root absolute folder of the checkpoint's files
   */
  constructor(
    private readonly folder: string,
    private readonly root: string,
    private readonly threads: RoundingThreads,
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
  async found(file: string, weight: PlacedWeight): Promise<FinishedWeight | undefined> {
    const known = this.finished.find(file, weight);
    if (known === undefined) return undefined;
    return (await this.holds(known, this.placeOf(file, weight), weight)) ? known : undefined;
  }

  /** Rounds a weight from the checkpoint into its place in a file. */
  async round(file: string, weight: PlacedWeight, isMeasured: boolean): Promise<FinishedWeight> {
    const rounded = await this.rounded(weight, weight.format, isMeasured, this.placeOf(file, weight));
    return this.finished.add(file, weight, rounded);
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
  async copy(file: string, weight: PlacedWeight, to: string, place: PlacedWeight): Promise<FinishedWeight | undefined> {
    const known = this.finished.find(file, weight);
    if (known === undefined) return undefined;
    const isCopied = await this.holds(known, this.placeOf(file, weight), weight, this.placeOf(to, place));
    return isCopied ? this.finished.add(to, place, known) : undefined;
  }

  private placeOf(file: string, { codes, scales }: PlacedWeight): RoundedPlace {
    return { path: this.path(file), codes: codes.offset, scales: scales.offset };
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

  /** Whether a place holds what was written there, which is copied on the way where there is a `to`. */
  private async holds(
    known: RoundedWeight,
    from: RoundedPlace,
    spans: { readonly codes: Span; readonly scales: Span },
    to?: RoundedPlace,
  ): Promise<boolean> {
    const isSame = async (part: 'codes' | 'scales'): Promise<boolean> => {
      const sum = await this.threads.copy({
        kind: 'copy',
        from: { path: from.path, offset: from[part] },
        length: spans[part].length,
        ...(to && { to: { path: to.path, offset: to[part] } }),
      });
      return sum === known[part];
    };
    const [codes, scales] = await Promise.all([isSame('codes'), isSame('scales')]);
    return codes && scales;
  }
}

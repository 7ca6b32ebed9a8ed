const MIB = 2 ** 20;
const GRANULARITY = 256;
/** The first region's size, and the next one's where that was enough. */
const FIRST_REGION = MIB;
const SECOND_REGION = 2 * MIB;
/** Regions double up to here; a larger one is made only for a request that needs it. */
const LARGEST_STEP = 2 ** 30;
/** A free chunk with so much more than what is asked for is cut, also where it has not twice as much. */
const DEAD_BYTES = 128 * MIB;
/** What cudaMalloc gives at least for a megabyte and more. */
const PAGE = 2 * MIB;

/** Bytes that an allocation of its own takes on a GPU: whole pages, except for small ones, which share pages. */
export const pagedBytes = (bytes: number): number => (bytes < MIB ? bytes : Math.ceil(bytes / PAGE) * PAGE);

/** A piece of a region, free or in use. */
export interface Chunk {
  bytes: number;
  isFree: boolean;
  /** In this run; what was and what wasn't are not joined until it ends. */
  wasUsed: boolean;
  before: Chunk | null;
  behind: Chunk | null;
}

/**
 * How much memory the runtime's arena takes on a GPU when tensors come and go: it grows by regions of doubling size, which it
 * keeps until its session ends, and cuts the smallest free piece that a request fits into.
 * Source: onnxruntime's BFCArena with the strategy kNextPowerOfTwo, the one that the binding leaves as it is.
 */
export class Arena {
  private readonly free = new Set<Chunk>();
  private nextRegion = FIRST_REGION;
  private taken = 0;

  /** Bytes of all regions, which stay on the GPU. */
  get bytes(): number {
    return this.taken;
  }

  allocate(bytes: number): Chunk {
    const rounded = Math.max(GRANULARITY, Math.ceil(bytes / GRANULARITY) * GRANULARITY);
    const chunk = this.bestFit(rounded) ?? this.extend(rounded);
    this.free.delete(chunk);
    if (chunk.bytes >= 2 * rounded || chunk.bytes - rounded >= DEAD_BYTES) this.cut(chunk, rounded);
    chunk.isFree = false;
    chunk.wasUsed = true;
    return chunk;
  }

  release(chunk: Chunk): void {
    chunk.isFree = true;
    this.free.add(chunk);
    this.join(chunk, chunk.behind);
    this.join(chunk.before, chunk);
  }

  /** A run has ended, everything is released: what lies free side by side is one again. */
  endRun(): void {
    for (const chunk of this.free) chunk.wasUsed = false;
    for (const chunk of this.free) while (this.join(chunk, chunk.behind));
  }

  private bestFit(bytes: number): Chunk | null {
    let best: Chunk | null = null;
    for (const chunk of this.free) {
      if (chunk.bytes >= bytes && (best === null || chunk.bytes < best.bytes)) best = chunk;
    }
    return best;
  }

  private extend(bytes: number): Chunk {
    const isFirst = this.taken === 0;
    const isEnough = bytes <= this.nextRegion;
    while (bytes > this.nextRegion) this.nextRegion *= 2;
    const region: Chunk = { bytes: this.nextRegion, isFree: true, wasUsed: false, before: null, behind: null };
    this.free.add(region);
    this.taken += pagedBytes(region.bytes);
    if (isEnough) this.nextRegion = isFirst ? SECOND_REGION : Math.min(2 * this.nextRegion, LARGEST_STEP);
    return region;
  }

  private cut(chunk: Chunk, bytes: number): void {
    const rest: Chunk = { ...chunk, bytes: chunk.bytes - bytes, before: chunk };
    if (chunk.behind !== null) chunk.behind.before = rest;
    chunk.behind = rest;
    chunk.bytes = bytes;
    this.free.add(rest);
  }

  /** Makes one of two that lie side by side, where both are free and alike. */
  private join(chunk: Chunk | null, behind: Chunk | null): boolean {
    if (chunk === null || behind === null || !chunk.isFree || !behind.isFree) return false;
    if (chunk.wasUsed !== behind.wasUsed) return false;
    chunk.bytes += behind.bytes;
    chunk.behind = behind.behind;
    if (behind.behind !== null) behind.behind.before = chunk;
    this.free.delete(behind);
    return true;
  }
}

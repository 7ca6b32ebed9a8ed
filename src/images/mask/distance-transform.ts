/** More than any squared distance in a picture that is decoded; sums with those are exact in float64. */
const FAR = 2 ** 40;

/**
 * The distance, in pixels, from each pixel's centre to the nearest one that is 0; Infinity where none is. What lies beyond the
 * picture's edges doesn't count.
 *
 * Source: Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions", 2012: exact, in time linear in the pixels.
 * Of the first pass, along columns of 0 and 1, two sweeps are enough.
 * @param data [height, width]
 * @returns float32 [height, width]
 */
export function distanceToZero(data: Uint8Array, width: number, height: number): Float32Array {
  const distances = distanceInColumns(data, width, height);
  const envelope = new LowerEnvelope(width);
  for (let y = 0; y < height; y += 1) envelope.transform(distances.subarray(y * width, (y + 1) * width));
  return distances;
}

/** The same with only the pixels of the same column. */
function distanceInColumns(data: Uint8Array, width: number, height: number): Float32Array {
  const distances = new Float32Array(width * height).fill(Infinity);
  const sweep = (first: number, step: number): void => {
    for (let row = first; row >= 0 && row < height; row += step) {
      for (let pixel = row * width; pixel < (row + 1) * width; pixel += 1) {
        const before = row === first ? Infinity : (distances[pixel - step * width] ?? 0);
        distances[pixel] = data[pixel] === 0 ? 0 : Math.min(distances[pixel] ?? 0, before + 1);
      }
    }
  };
  sweep(0, 1);
  sweep(height - 1, -1);
  return distances;
}

/** The lowest of the parabolas that stand over a line's values, at each of its places. */
class LowerEnvelope {
  private readonly values: Float64Array;
  /** Where the parabolas stand that are the lowest somewhere, and from where on each is. */
  private readonly vertices: Int32Array;
  private readonly starts: Float64Array;

  constructor(length: number) {
    this.values = new Float64Array(length);
    this.vertices = new Int32Array(length);
    this.starts = new Float64Array(length + 1);
  }

  /** Replaces each distance by the least that any of them makes with the way to it. */
  transform(line: Float32Array): void {
    const { values, vertices, starts } = this;
    for (let at = 0; at < line.length; at += 1) {
      const distance = line[at] ?? 0;
      values[at] = Math.min(FAR, distance * distance);
    }
    this.find(line.length);
    let parabola = 0;
    for (let at = 0; at < line.length; at += 1) {
      while ((starts[parabola + 1] ?? 0) < at) parabola += 1;
      const vertex = vertices[parabola] ?? 0;
      const square = (at - vertex) * (at - vertex) + (values[vertex] ?? 0);
      line[at] = square < FAR ? Math.sqrt(square) : Infinity;
    }
  }

  private find(length: number): void {
    const { vertices, starts } = this;
    let last = 0;
    vertices[0] = 0;
    starts[0] = -Infinity;
    for (let at = 1; at < length; at += 1) {
      let start = this.meeting(vertices[last] ?? 0, at);
      while (start <= (starts[last] ?? 0)) {
        last -= 1;
        start = this.meeting(vertices[last] ?? 0, at);
      }
      last += 1;
      vertices[last] = at;
      starts[last] = start;
    }
    starts[last + 1] = Infinity;
  }

  /** Where the parabolas over two places meet. */
  private meeting(one: number, other: number): number {
    const { values } = this;
    return ((values[other] ?? 0) + other * other - (values[one] ?? 0) - one * one) / (2 * (other - one));
  }
}

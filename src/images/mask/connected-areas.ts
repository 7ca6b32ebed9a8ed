/** The areas of a mask: pixels above 0 that hang together, also over corners. */
export interface ConnectedAreas {
  readonly count: number;
  /** int32 [height, width]: the area that each pixel is of, from 1; 0: none. */
  readonly labels: Int32Array;
}

/** @param data [height, width] */
export function connectedAreas(data: Uint8Array, width: number, height: number): ConnectedAreas {
  const labels = new Int32Array(data.length);
  // Each pixel is put on it once.
  const open = new Int32Array(data.length);
  let count = 0;
  for (let start = 0; start < data.length; start += 1) {
    if (data[start] === 0 || labels[start] !== 0) continue;
    count += 1;
    labels[start] = count;
    open[0] = start;
    for (let top = 1; top > 0;) {
      top -= 1;
      const pixel = open[top] ?? 0;
      const x = pixel % width;
      const y = (pixel - x) / width;
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
          const neighbour = row * width + column;
          if (data[neighbour] === 0 || labels[neighbour] !== 0) continue;
          labels[neighbour] = count;
          open[top] = neighbour;
          top += 1;
        }
      }
    }
  }
  return { count, labels };
}

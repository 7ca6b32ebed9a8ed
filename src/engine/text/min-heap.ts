/** A binary heap of numbers that gives the least first. */
export class MinHeap {
  private readonly keys: number[] = [];

  push(key: number): void {
    const { keys } = this;
    let index = keys.push(key) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentKey = keys[parent] ?? key;
      if (parentKey <= key) break;
      keys[index] = parentKey;
      index = parent;
    }
    keys[index] = key;
  }

  pop(): number | undefined {
    const { keys } = this;
    const least = keys[0];
    const last = keys.pop();
    if (last !== undefined && keys.length > 0) this.sink(last);
    return least;
  }

  /** Lets `key` sink to its place from the top. */
  private sink(key: number): void {
    const { keys } = this;
    let index = 0;
    for (let child = 1; child < keys.length; child = 2 * index + 1) {
      if ((keys[child + 1] ?? Infinity) < (keys[child] ?? Infinity)) child++;
      const childKey = keys[child] ?? Infinity;
      if (childKey >= key) break;
      keys[index] = childKey;
      index = child;
    }
    keys[index] = key;
  }
}

import { Mt19937 } from './mt19937.js';

/** Torch transforms uniform numbers in blocks of this many: 8 radii, then 8 angles. */
const BLOCK = 16;
const HALF = BLOCK / 2;

/**
 * Standard normal numbers: `torch.randn(count, generator=torch.Generator('cpu').manual_seed(seed))` in float32.
 *
 * The uniform draws are torch's to the bit, and so are counts below 16. Above, torch differs from itself between
 * processors: it takes logarithm, sine and cosine from the C library (these values agree within 3e-7) or, where it has
 * only AVX2, from polynomials of its own (within 3e-6).
 *
 * Source: torch's aten/src/ATen/native/cpu/DistributionTemplates.h (`normal_fill`, `normal_kernel`).
 *
 * @param seed Its low 32 bits count.
 */
export function torchRandn(seed: number, count: number): Float32Array {
  const generator = new Mt19937(seed);
  const values = new Float32Array(count);
  if (count < BLOCK) {
    fillSingly(values, generator);
    return values;
  }
  for (let index = 0; index < count; index++) values[index] = generator.nextFloat();
  for (let start = 0; start + BLOCK <= count; start += BLOCK) transformBlock(values, start);
  if (count % BLOCK !== 0) {
    // What is left over is less than a block, so the last 16 values are drawn once more.
    const start = count - BLOCK;
    for (let index = start; index < count; index++) values[index] = generator.nextFloat();
    transformBlock(values, start);
  }
  return values;
}

/** Box and Muller's transform of 16 uniform float32 values in place. */
function transformBlock(values: Float32Array, start: number): void {
  for (let index = start; index < start + HALF; index++) {
    const u1 = 1 - (values[index] ?? 0);
    const u2 = values[index + HALF] ?? 0;
    const radius = Math.fround(Math.sqrt(-2 * Math.fround(Math.log(u1))));
    const theta = Math.fround(2 * Math.PI * u2);
    values[index] = radius * Math.fround(Math.cos(theta));
    values[index + HALF] = radius * Math.fround(Math.sin(theta));
  }
}

/** Fewer than 16 values are made one by one in double precision, two from each pair of draws. */
function fillSingly(values: Float32Array, generator: Mt19937): void {
  for (let index = 0; index < values.length; index += 2) {
    const u1 = generator.nextDouble();
    const u2 = generator.nextDouble();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const theta = 2 * Math.PI * u1;
    values[index] = radius * Math.cos(theta);
    if (index + 1 < values.length) values[index + 1] = radius * Math.sin(theta);
  }
}

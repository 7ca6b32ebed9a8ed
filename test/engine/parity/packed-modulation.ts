import { goldenFloats, type GoldenTensor } from '../../support/safetensors.js';

/**
 * diffusers' modulation vectors of one case in the order in which the service packs them, with 1 added to the scales.
 * @param rows whose: the target's (with norm_out and the text), or the references' of timestep 0, where the rest is null
 */
export function packedModulation(
  goldens: ReadonlyMap<string, GoldenTensor>,
  name: string,
  rows: 'image' | 'reference',
): (number | null)[] {
  const vectors = (part: string, size: number): number[][] => {
    const all = [...goldenFloats(goldens, `${name}.modulation.${part}`)];
    return Array.from({ length: all.length / size }, (_, index) => all.slice(index * size, (index + 1) * size));
  };
  const width = goldenFloats(goldens, `${name}.modulation.norm_out`).length / 2;
  const plusOne = (vector: number[]): number[] => vector.map((value) => value + 1);
  const withScales = (all: number[][]): number[][] =>
    all.map((vector, index) => (index % 3 === 1 ? plusOne(vector) : vector));
  const known = (all: number[][]): (number | null)[][] =>
    rows === 'image' ? all : all.map((vector) => vector.map(() => null));
  let blocks = 0;
  while (goldens.has(`${name}.modulation.${blocks}.image`)) blocks += 1;
  const [scale = [], shift = []] = vectors('norm_out', width);
  const packed: (number | null)[][] = [];
  for (let block = 0; block < blocks; block += 1) {
    packed.push(...withScales(vectors(`${block}.${rows}`, width)));
    const text = withScales(vectors(`${block}.text`, width));
    packed.push(...known(block === blocks - 1 ? text.slice(0, 2) : text));
  }
  packed.push(...known([plusOne(scale), shift]));
  return packed.flat();
}

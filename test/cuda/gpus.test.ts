import { expect, test } from '@jest/globals';
import { visibleGpus } from '../../src/cuda/gpus.js';

const LIST = `0, GPU-1a2b, NVIDIA GeForce RTX 4090, 24564, 24111, 8.9, 580.65
1, GPU-3c4d, NVIDIA H200, 143771, 143000, 9.0, 580.65
2, GPU-3c5e, NVIDIA L4, 23034, 22500, 8.9, 580.65
`;
const names = (visible: string | undefined): string[] => visibleGpus(LIST, visible).map(({ name }) => name);

test('all GPUs are read, with their memory in bytes', () => {
  expect(visibleGpus(LIST, undefined)).toHaveLength(3);
  expect(visibleGpus(LIST, undefined)[0]).toEqual({
    kind: 'cuda',
    index: 0,
    name: 'NVIDIA GeForce RTX 4090',
    totalBytes: 24564 * 2 ** 20,
    freeBytes: 24111 * 2 ** 20,
    computeCapability: 8.9,
    driver: '580.65',
  });
});

test.each([
  ['1', ['NVIDIA H200']],
  ['2,0', ['NVIDIA L4', 'NVIDIA GeForce RTX 4090']],
  ['GPU-3c5e', ['NVIDIA L4']],
  ['GPU-1a', ['NVIDIA GeForce RTX 4090']],
  ['1,7,0', ['NVIDIA H200']],
  ['1,1', ['NVIDIA H200']],
  ['', []],
  ['-1', []],
])('CUDA_VISIBLE_DEVICES=%s counts as CUDA counts', (visible, expected) => {
  expect(names(visible)).toEqual(expected);
  expect(visibleGpus(LIST, visible).map(({ index }) => index)).toEqual(expected.map((_, index) => index));
});

test('what is no list of GPUs holds none', () => {
  expect(visibleGpus('', undefined)).toEqual([]);
  expect(visibleGpus('NVIDIA-SMI has failed because it could not communicate with the driver.\n', undefined)).toEqual(
    [],
  );
});

import { expect, test } from '@jest/globals';
import { runtimeVersion } from '../../src/cuda/cuda-provider.js';
import { architectureFault } from '../../src/cuda/provider-architectures.js';

test.each([
  [7.5, 'float32', null],
  [7.5, 'bfloat16', 'bfloat16 needs 8.0: only PRECISION=fp32'],
  [8.0, 'bfloat16', null],
  // Code of a generation runs on its later members: 8.7 has none of its own.
  [8.7, 'bfloat16', null],
  [8.9, 'bfloat16', null],
  [9.0, 'bfloat16', null],
  [12.0, 'bfloat16', null],
  // That of 12.0 is made for it alone, and nothing is made for the others.
  [12.1, 'float32', 'has code for 7.5, 8.0, 8.6, 8.9, 9.0, 12.0 only'],
  [10.0, 'float32', 'has code for'],
  [10.3, 'float32', 'has code for'],
  [11.0, 'float32', 'has code for'],
  [7.0, 'float32', 'has code for'],
  // A driver that doesn't tell.
  [NaN, 'bfloat16', null],
] as const)('capability %s in %s', (computeCapability, type, fault) => {
  const told = architectureFault({ computeCapability }, type);
  if (fault === null) expect(told).toBeNull();
  else expect(told).toContain(fault);
});

test('the runtime in use is known', () => {
  expect(architectureFault({ computeCapability: 3.5 }, 'float32', runtimeVersion())).toContain('has code for');
  expect(architectureFault({ computeCapability: 3.5 }, 'float32', '0.9.0')).toBeNull();
});

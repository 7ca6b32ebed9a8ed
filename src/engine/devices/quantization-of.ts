import type { Precision } from '../../protocol/device-settings.js';
import type { Quantization } from '../../graph/quantization/linear-recipe.js';
import type { DeviceKind } from './served-precisions.js';

/** How a precision quantizes on a kind of processor; undefined where it doesn't. Only the CPU multiplies integers. */
export function quantizationOf(precision: Precision, kind: DeviceKind): Quantization | undefined {
  if (precision === 'int4') return 'int4-blocks';
  if (precision !== 'int8') return undefined;
  return kind === 'cpu' ? 'int8-dynamic' : 'int8-blocks';
}

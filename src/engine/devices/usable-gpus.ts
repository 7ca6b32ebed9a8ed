import type { Gpu } from '../../cuda/gpus.js';
import { architectureFault } from '../../cuda/provider-architectures.js';
import { deviceLabel } from './device-plan.js';
import type { Machine, PlanRequest } from './plan-devices.js';
import { precisionFormat } from './precisions.js';

/** The GPUs that can compute in what the request asks for, and why the others can't. */
export function sortGpus(found: readonly Gpu[], request: PlanRequest): Pick<Machine, 'gpus' | 'unusable'> {
  const precision = request.precision === 'auto' ? request.autoPrecision.cuda : request.precision;
  const { computeType } = precisionFormat(precision, 'cuda');
  const gpus: Gpu[] = [];
  const unusable: string[] = [];
  for (const gpu of found) {
    const fault = architectureFault(gpu, computeType);
    if (fault === null) gpus.push(gpu);
    else unusable.push(`${deviceLabel(gpu)} (${gpu.name}) ${fault}`);
  }
  return { gpus, unusable };
}

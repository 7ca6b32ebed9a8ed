import { DOCTOR_COMMAND, SETUP_CUDA_COMMAND } from '../../program/command-words.js';
import { HostError } from '../../checkpoint/checkpoint-error.js';
import { PRECISIONS, type DeviceKind, type DeviceMap } from '../../protocol/device-settings.js';
import { GRAPH_NAMES } from '../../graph/checkpoint-graphs.js';
import { deviceLabel, STAGE_OF, STAGES, type Stage } from './device-plan.js';
import { formatBytes } from '../../program/format-bytes.js';
import type { NetworkSizes, SizesOf } from './network-sizes.js';
import {
  budgetOf,
  isRefusal,
  planDevices,
  type HostTooSmall,
  type Machine,
  type PlanRequest,
  type Refusal,
  type TooLarge,
} from './plan-devices.js';

/** Areas that a smaller limit is tried with, in pixels. */
const SMALLER_AREAS = [1024 * 1024, 512 * 512];
const MOST_REMEDIES = 4;

const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  encode: 'encoding the input',
  text: 'encoding the prompt',
  schedule: 'the modulation',
  denoise: 'denoising',
  decode: 'decoding the result',
};

/** The error of a request that no plan can be made for: one line about what is missing, and which setting would help. */
export function planError(refusal: Refusal, request: PlanRequest, machine: Machine, sizesOf: SizesOf): HostError {
  return new HostError(describeRefusal(refusal, request, machine, sizesOf));
}

function describeRefusal(refusal: Refusal, request: PlanRequest, machine: Machine, sizesOf: SizesOf): string {
  switch (refusal.refused) {
    case 'no gpu':
      if (machine.unusable.length > 0) {
        return `DEVICE_MAP=${request.deviceMap} needs a GPU that the CUDA provider can use: ${machine.unusable.join('; ')}. Otherwise use DEVICE_MAP=auto or cpu`;
      }
      return `DEVICE_MAP=${request.deviceMap} needs an NVIDIA GPU and the CUDA provider: run ${SETUP_CUDA_COMMAND}, and ${DOCTOR_COMMAND} to see what is missing, or use DEVICE_MAP=auto or cpu`;
    case 'precision':
      return `PRECISION=${request.precision} is not served on ${refusal.kind === 'cpu' ? 'the CPU' : 'a GPU'}: use auto or ${machine.served[refusal.kind].join(', ')}`;
    case 'host':
      return `${describeHostShortage(refusal, machine)}. ${describeRemedies(request, machine, sizesOf)}`;
    case 'too large':
      return `${describeShortage(refusal, request, machine, sizesOf)}. ${describeRemedies(request, machine, sizesOf)}`;
  }
}

function describeHostShortage(
  { precision, madeOnHost: { graph, bytes } }: HostTooSmall,
  { hostBytes }: Machine,
): string {
  return `This host has too little memory to load the checkpoint onto a GPU: in ${precision} the weights of ${graph} are of another type than the checkpoint's and are made in the host's memory first, which takes ${formatBytes(bytes)}, and ${formatBytes(hostBytes)} are available`;
}

function describeShortage(
  { kind, precision }: TooLarge,
  request: PlanRequest,
  machine: Machine,
  sizesOf: SizesOf,
): string {
  const loads = stageBytes(sizesOf(precision, kind, request), kind);
  if (kind === 'cpu') {
    const { stage, bytes } = largest(loads);
    return `The checkpoint is too large for this host: in ${precision} the weights for ${STAGE_NAMES[stage]} alone take ${formatBytes(bytes)}, and ${formatBytes(machine.hostBytes)} of memory are available`;
  }
  const rooms = machine.gpus.map((gpu) => Math.max(0, budgetOf(gpu)));
  // Only denoising can be split: what else is too large for every GPU is at fault, however many there are.
  const whole = largest(loads.filter(({ stage }) => stage !== 'denoise'));
  const isSplit = request.deviceMap === 'balanced' && machine.gpus.length > 1;
  const { stage, bytes } = isSplit && whole.bytes > Math.max(...rooms) ? whole : largest(loads);
  const need = `in ${precision}, ${STAGE_NAMES[stage]} alone takes ${formatBytes(bytes)} with results of ${request.outputPixels} pixels${andReferences(request, (asked) => sizesOf(precision, kind, asked))}`;
  const offers = machine.gpus.map(
    (gpu, index) => `${deviceLabel(gpu)} (${gpu.name}) ${formatBytes(rooms[index] ?? 0)}`,
  );
  return `The checkpoint is too large for DEVICE_MAP=${request.deviceMap}: ${need}${stage !== 'denoise' && isSplit ? ' on one GPU' : ''}, and there is room for ${offers.join(', ')}`;
}

/** Where they count: a class that takes one reference has the same sizes whatever MAX_REFERENCES is. */
function andReferences(request: PlanRequest, sizes: (request: PlanRequest) => NetworkSizes): string {
  const { maxReferences } = request;
  const areCounted = sizes(request).streamBytes > sizes({ ...request, maxReferences: 1 }).streamBytes;
  return areCounted ? ` and ${maxReferences} references` : '';
}

interface StageBytes {
  readonly stage: Stage;
  readonly bytes: number;
}

/** What must be in memory together: on the host the weights, on a GPU the runs' needs too. */
function stageBytes({ weights, activations }: NetworkSizes, kind: DeviceKind): StageBytes[] {
  return STAGES.map((stage) => ({
    stage,
    bytes: GRAPH_NAMES.filter((graph) => STAGE_OF[graph] === stage).reduce(
      (sum, graph) => sum + weights.graphs[graph] + (kind === 'cpu' ? 0 : activations[graph]),
      0,
    ),
  }));
}

function largest(loads: readonly StageBytes[]): StageBytes {
  return loads.reduce((most, load) => (load.bytes > most.bytes ? load : most));
}

/** Which settings the plan would fit with, those that change least first. */
function describeRemedies(request: PlanRequest, machine: Machine, sizesOf: SizesOf): string {
  const fits = (changed: PlanRequest): boolean => !isRefusal(planDevices(changed, machine, sizesOf));
  const precisions = PRECISIONS.filter((precision) => precision !== request.precision);
  const maps = (['balanced', 'cuda', 'cpu'] as const).filter(
    (map) => map !== request.deviceMap && isPossible(map, machine),
  );
  const areas = SMALLER_AREAS.filter((area) => area < request.outputPixels);
  const fewer = Array.from({ length: request.maxReferences - 1 }, (_, index) => request.maxReferences - 1 - index);
  const single: Partial<PlanRequest>[] = [
    ...precisions.map((precision) => ({ precision })),
    ...maps.map((deviceMap) => ({ deviceMap })),
    ...areas.map((outputPixels) => ({ outputPixels })),
    ...fewer.map((maxReferences) => ({ maxReferences })),
  ];
  const double = precisions.flatMap((precision) => [
    ...maps.map((deviceMap) => ({ precision, deviceMap })),
    ...areas.map((outputPixels) => ({ precision, outputPixels })),
    ...fewer.slice(-1).map((maxReferences) => ({ precision, maxReferences })),
  ]);
  for (const changes of [single, double]) {
    const remedies = changes.filter((change) => fits({ ...request, ...change })).map(describeChange);
    if (remedies.length > 0) return `It fits with ${remedies.slice(0, MOST_REMEDIES).join(', or with ')}`;
  }
  return 'Neither PRECISION, DEVICE_MAP, MAX_OUTPUT_PIXELS nor MAX_REFERENCES would make it fit here';
}

function isPossible(map: DeviceMap, { gpus }: Machine): boolean {
  return map === 'cpu' || gpus.length > (map === 'balanced' ? 1 : 0);
}

function describeChange({ precision, deviceMap, outputPixels, maxReferences }: Partial<PlanRequest>): string {
  return [
    precision === undefined ? '' : `PRECISION=${precision}`,
    deviceMap === undefined ? '' : `DEVICE_MAP=${deviceMap}`,
    outputPixels === undefined ? '' : `MAX_OUTPUT_PIXELS=${outputPixels}`,
    maxReferences === undefined ? '' : `MAX_REFERENCES=${maxReferences}`,
  ]
    .filter((setting) => setting !== '')
    .join(' ');
}

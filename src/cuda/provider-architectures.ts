import { runtimeVersion } from './cuda-provider.js';
import type { Gpu } from './gpus.js';

/** Machine code that a provider holds. */
interface Architecture {
  /** The compute capability that it was made for, times ten. */
  readonly capability: number;
  /** It runs on that capability alone (sm_90a); other code also runs on later ones of the same generation. */
  readonly isExact?: boolean;
}

/**
 * The machine code in each version's CUDA provider, as its fat binaries say; they hold no PTX, from which a driver could make
 * code for other GPUs. A new version of the runtime needs a row here.
 */
const ARCHITECTURES: Readonly<Record<string, readonly Architecture[]>> = {
  '1.30': [
    { capability: 75 },
    { capability: 80 },
    { capability: 86 },
    { capability: 89 },
    { capability: 90, isExact: true },
    { capability: 120, isExact: true },
  ],
};

/** Below it the provider's attention refuses bfloat16, at the first edit and not at load. */
const BFLOAT16_CAPABILITY = 80;

/**
 * Why the runtime's CUDA provider can't compute on a GPU, in words that follow its name; null when it can, or when the driver
 * doesn't tell its compute capability.
 * @param type what the networks compute in
 */
export function architectureFault(
  { computeCapability }: Pick<Gpu, 'computeCapability'>,
  type: 'float32' | 'bfloat16',
  version = runtimeVersion(),
): string | null {
  const architectures = architecturesOf(version);
  if (Number.isNaN(computeCapability) || architectures === undefined) return null;
  const capability = Math.round(10 * computeCapability);
  const has = `has compute capability ${computeCapability.toFixed(1)}`;
  if (!architectures.some((architecture) => runsOn(architecture, capability))) {
    const held = architectures.map((each) => (each.capability / 10).toFixed(1)).join(', ');
    return `${has}, and the CUDA provider of onnxruntime ${version} has code for ${held} only`;
  }
  if (type === 'bfloat16' && capability < BFLOAT16_CAPABILITY) {
    return `${has}, and bfloat16 needs 8.0: only PRECISION=fp32 runs on it`;
  }
  return null;
}

/** The code of a version's provider; undefined for a version that is not known. */
function architecturesOf(version: string): readonly Architecture[] | undefined {
  return ARCHITECTURES[version.split('.').slice(0, 2).join('.')];
}

function runsOn({ capability, isExact = false }: Architecture, gpu: number): boolean {
  if (isExact) return gpu === capability;
  return Math.floor(gpu / 10) === Math.floor(capability / 10) && gpu >= capability;
}

import type { PrecisionSetting } from '../protocol/device-settings.js';
import type { LoadRequest } from '../protocol/load-request.js';
import { CUDA_LIBRARIES, DRIVER_LIBRARY, findLibrary } from '../cuda/cuda-libraries.js';
import { architectureFault } from '../cuda/provider-architectures.js';
import { hasCudaProvider, runtimeVersion } from '../cuda/cuda-provider.js';
import { SETUP_CUDA_COMMAND } from '../program/command-words.js';
import { formatBytes } from '../program/format-bytes.js';
import type { Gpu } from '../cuda/gpus.js';
import type { Finding } from './finding.js';
import { probe } from './probe.js';

const OLDEST_NODE = [20, 19] as const;

export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const found = [`${version}, ${process.platform} ${process.arch}`];
  return isNew
    ? { about: 'Node', state: 'ok', found }
    : { about: 'Node', state: 'fail', found, todo: `Install Node ${OLDEST_NODE.join('.')} or newer` };
}

/** Computes something. */
export async function checkCore(): Promise<Finding> {
  const about = 'Runtime';
  const found = `onnxruntime-node ${runtimeVersion()}`;
  const fault = await probe('cpu:0');
  if (fault === null) return { about, state: 'ok', found: [`${found} computes on the CPU`] };
  return {
    about,
    state: 'fail',
    found: [`${found} doesn't compute: ${fault}`],
    todo: 'Install again (in a clone: npm ci)',
  };
}

/** @param isAsked whether DEVICE_MAP asks for a GPU */
export function checkProvider(isAsked: boolean): Finding {
  const about = 'CUDA provider';
  const state = isAsked ? 'fail' : 'ok';
  const todo = `For a GPU run ${SETUP_CUDA_COMMAND}`;
  if (!hasCudaProvider()) return { about, state, found: ['not installed'], todo };
  const missing = CUDA_LIBRARIES.filter((library) => findLibrary(library) === null).map(({ file }) => file);
  if (missing.length > 0) return { about, state: 'fail', found: [`installed, without ${missing.join(', ')}`], todo };
  return { about, state: 'ok', found: [`installed, with NVIDIA's libraries`] };
}

export function checkDriver(gpus: readonly Gpu[], isAsked: boolean): Finding {
  const about = 'NVIDIA driver';
  const [gpu] = gpus;
  if (gpu !== undefined) return { about, state: 'ok', found: [gpu.driver] };
  const library = findLibrary(DRIVER_LIBRARY);
  const found =
    library === null ? `none: ${DRIVER_LIBRARY.file} is not found` : 'installed, but nvidia-smi shows no GPU';
  return {
    about,
    state: isAsked ? 'fail' : 'ok',
    found: [found],
    todo: 'For a GPU install a driver for CUDA 13 (580 or newer); in a container start it with access to the GPU',
  };
}

/** Each GPU with its memory, whether the provider has code for it, and whether it computes. */
export async function checkGpus(
  gpus: readonly Gpu[],
  { deviceMap, precision }: Pick<LoadRequest, 'deviceMap' | 'precision'>,
): Promise<Finding> {
  const about = 'GPUs';
  if (gpus.length === 0) return { about, state: 'ok', found: ['none'] };
  const looks = await Promise.all(gpus.map((gpu) => lookAtGpu(gpu, precision)));
  const found = looks.map(({ line }) => line);
  if (looks.some(({ state }) => state === 'broken')) {
    const todo = 'See the lines above about provider and driver';
    return { about, state: deviceMap === 'cpu' ? 'warn' : 'fail', found, todo };
  }
  if (looks.every(({ state }) => state === 'works')) return { about, state: 'ok', found };
  // Planning leaves such GPUs out.
  const isServed = deviceMap === 'auto' || deviceMap === 'cpu' || looks.some(({ state }) => state === 'works');
  const todo = 'Choose others with CUDA_VISIBLE_DEVICES, PRECISION=fp32 where that runs, or DEVICE_MAP=cpu';
  return { about, state: isServed ? 'warn' : 'fail', found, todo };
}

interface GpuLook {
  readonly line: string;
  /** `unfit`: the provider can't compute on such GPUs. `broken`: it could, and doesn't. */
  readonly state: 'works' | 'unfit' | 'broken';
}

async function lookAtGpu(gpu: Gpu, precision: PrecisionSetting): Promise<GpuLook> {
  const { index, name, freeBytes, totalBytes, computeCapability } = gpu;
  const memory = `cuda:${index} ${name}: ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free`;
  const fault = architectureFault(gpu, precision === 'fp32' ? 'float32' : 'bfloat16');
  if (fault !== null) return { line: `${memory}; it ${fault}`, state: 'unfit' };
  const line = `${memory}, compute capability ${computeCapability}`;
  if (!hasCudaProvider()) return { line, state: 'works' };
  const failure = await probe(`cuda:${index}`);
  return failure === null
    ? { line: `${line}, computes`, state: 'works' }
    : { line: `${line}, doesn't compute: ${failure}`, state: 'broken' };
}

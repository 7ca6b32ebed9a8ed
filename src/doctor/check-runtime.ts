import type { DeviceMap } from '../protocol/device-settings.js';
import { CUDA_LIBRARIES, DRIVER_LIBRARY, findLibrary } from '../cuda/cuda-libraries.js';
import { hasCudaProvider, runtimeVersion } from '../cuda/cuda-provider.js';
import { SETUP_CUDA_COMMAND } from '../program/command-words.js';
import { formatBytes } from '../program/format-bytes.js';
import type { Gpu } from '../cuda/gpus.js';
import type { Finding } from './finding.js';
import { probe } from './probe.js';

const OLDEST_NODE = [20, 19] as const;
/** bfloat16 products are computed from this capability on. */
const OLDEST_CAPABILITY = 8;

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
  const found = library === null ? `none: ${DRIVER_LIBRARY.file} is not found` : 'installed, but nvidia-smi shows no GPU';
  return {
    about,
    state: isAsked ? 'fail' : 'ok',
    found: [found],
    todo: 'For a GPU install a driver for CUDA 13 (580 or newer); in a container start it with access to the GPU',
  };
}

/** Each GPU with its memory, and whether it computes. */
export async function checkGpus(gpus: readonly Gpu[], deviceMap: DeviceMap): Promise<Finding> {
  const about = 'GPUs';
  if (gpus.length === 0) return { about, state: 'ok', found: ['none'] };
  const canProbe = hasCudaProvider();
  const faults = await Promise.all(gpus.map(async ({ index }) => (canProbe ? probe(`cuda:${index}`) : null)));
  const found = gpus.map((gpu, index) => {
    const fault = faults[index] ?? null;
    const works = fault === null ? (canProbe ? ', computes' : '') : `, doesn't compute: ${fault}`;
    return `cuda:${gpu.index} ${gpu.name}: ${formatBytes(gpu.freeBytes)} of ${formatBytes(gpu.totalBytes)} free, compute capability ${gpu.computeCapability}${works}`;
  });
  if (faults.some((fault) => fault !== null)) {
    return {
      about,
      state: deviceMap === 'cpu' ? 'warn' : 'fail',
      found,
      todo: 'See the lines above about provider and driver',
    };
  }
  const isOld = gpus.some(({ computeCapability }) => computeCapability < OLDEST_CAPABILITY);
  return isOld
    ? { about, state: 'warn', found, todo: 'Below capability 8.0 bf16 is slow or refused: set PRECISION=fp32' }
    : { about, state: 'ok', found };
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** An NVIDIA GPU that CUDA can see. */
export interface Gpu {
  readonly kind: 'cuda';
  /** CUDA's number of it. */
  readonly index: number;
  /** Its product name. */
  readonly name: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Such as 8.9; NaN where the driver doesn't tell. */
  readonly computeCapability: number;
  readonly driver: string;
}

const QUERY = 'index,uuid,name,memory.total,memory.free,compute_cap,driver_version';
const MIB = 2 ** 20;
const TIMEOUT_MILLISECONDS = 20_000;

/**
 * The GPUs that CUDA will number from 0 on, by `nvidia-smi`, which comes with the driver; none without it. CUDA numbers them
 * as nvidia-smi does when CUDA_DEVICE_ORDER is PCI_BUS_ID.
 */
export async function findGpus(): Promise<Gpu[]> {
  const list = await queryDriver();
  return visibleGpus(list, process.env['CUDA_VISIBLE_DEVICES']);
}

async function queryDriver(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      [`--query-gpu=${QUERY}`, '--format=csv,noheader,nounits'],
      {
        timeout: TIMEOUT_MILLISECONDS,
      },
    );
    return stdout;
  } catch {
    // No driver, or one that answers no question: there is nothing to compute on.
    return '';
  }
}

/**
 * Reads nvidia-smi's list, in CUDA's order.
 * @param list a line for each GPU, as QUERY asks
 * @param visible CUDA_VISIBLE_DEVICES: numbers or ids of GPUs, or their beginnings; what follows an unknown one is not seen
 */
export function visibleGpus(list: string, visible: string | undefined): Gpu[] {
  const all = list
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length >= QUERY.split(',').length);
  const chosen: string[][] = [];
  for (const wanted of visible?.split(',').map((id) => id.trim()) ?? all.map(([index = '']) => index)) {
    const found = all.find(([index, uuid]) => wanted !== '' && (index === wanted || uuid?.startsWith(wanted) === true));
    if (found === undefined || chosen.includes(found)) break;
    chosen.push(found);
  }
  return chosen.map(([, , name = 'GPU', total, free, capability, driver = ''], index) => ({
    kind: 'cuda',
    index,
    name,
    totalBytes: Number(total) * MIB,
    freeBytes: Number(free) * MIB,
    computeCapability: Number(capability),
    driver,
  }));
}

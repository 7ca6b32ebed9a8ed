// @ts-check
/** What the machine has: its GPU, and the CUDA libraries of a Python that has torch. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';

const QUERY = 'name,driver_version,memory.total,memory.used,clocks.sm,clocks.mem';
/** Prints what torch is, and the folders below site-packages that hold NVIDIA's libraries. */
const ASK_TORCH = `
import glob, json, os, sysconfig
try:
    import torch
    found = {"torch": torch.__version__, "cuda": torch.cuda.is_available()}
except Exception as error:
    found = {"torch": None, "cuda": False}
try:
    import diffusers
    found["diffusers"] = diffusers.__version__
except Exception as error:
    found["diffusers"] = None
root = os.path.join(sysconfig.get_paths()["purelib"], "nvidia")
found["libraries"] = sorted({os.path.dirname(path) for path in glob.glob(root + "/**/lib*.so.*", recursive=True)})
print(json.dumps(found))
`;

/** @typedef {{ torch: string | null, cuda: boolean, diffusers: string | null, libraries: string[] }} Torch */

/** The first line that nvidia-smi answers; empty without a driver. */
export function gpuLine() {
  try {
    const list = execFileSync('nvidia-smi', [`--query-gpu=${QUERY}`, '--format=csv,noheader'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    });
    return list.split('\n')[0] ?? '';
  } catch {
    return '';
  }
}

/** What a Python has; null where it isn't there. @param {string} python @returns {Torch | null} */
export function askTorch(python) {
  try {
    const answer = execFileSync(python, ['-c', ASK_TORCH], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    return JSON.parse(answer.trim().split('\n').at(-1) ?? 'null');
  } catch {
    return null;
  }
}

/** @param {import('./settings.mjs').Settings} settings */
export function describeMachine({ python }) {
  const gpu = gpuLine();
  const torch = askTorch(python);
  console.log(`- GPU: ${gpu === '' ? 'none (no nvidia-smi)' : gpu}`);
  console.log(
    `- CPU: ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, ${(totalmem() / 1e9).toFixed(0)} GB`,
  );
  console.log(`- Node ${process.version}`);
  const has =
    torch === null
      ? `${python} is not there`
      : `torch ${torch.torch}, CUDA ${torch.cuda}, diffusers ${torch.diffusers}`;
  console.log(`- Python: ${has}`);
}

import { existsSync } from 'node:fs';
import { CUDA_LIBRARY_FOLDER, enginesLibraryPath } from '../cuda/cuda-libraries.js';

/** The environment of an engine process. */
export function engineEnvironment(): NodeJS.ProcessEnv {
  return {
    // CUDA numbers the GPUs as nvidia-smi does, by which the plan is made.
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    // float32 means float32: without this a GPU multiplies with ten bits.
    NVIDIA_TF32_OVERRIDE: '0',
    ...process.env,
    ...(existsSync(CUDA_LIBRARY_FOLDER) ? { LD_LIBRARY_PATH: enginesLibraryPath() } : {}),
    // The key is the API process's alone.
    API_KEY: undefined,
    ORT_DISABLE_TELEMETRY: '1',
  };
}

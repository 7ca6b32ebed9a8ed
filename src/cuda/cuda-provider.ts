import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const MANIFEST = 'onnxruntime-node/package.json';

/** The runtime's version, which its providers must share. */
export const runtimeVersion = (): string => (require(MANIFEST) as { version: string }).version;

/** The folder of the runtime's core, beside which it looks for its providers. */
export function runtimeFolder(): string {
  return path.join(path.dirname(require.resolve(MANIFEST)), 'bin', 'napi-v6', process.platform, process.arch);
}

/** The files that let the runtime compute with CUDA. */
export const CUDA_PROVIDER_FILES = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'] as const;

/** Whether the CUDA provider is installed (see `setup-cuda`); whether it can be loaded shows when it is used. */
export function hasCudaProvider(): boolean {
  return CUDA_PROVIDER_FILES.every((file) => existsSync(path.join(runtimeFolder(), file)));
}

import { CUDA_FOLDER, CUDA_LIBRARY_FOLDER, DRIVER_LIBRARY, findLibrary } from '../cuda-libraries.js';
import { runtimeFolder, runtimeVersion } from '../cuda-provider.js';
import { installCuda } from './install.js';
import { SetupError } from './setup-error.js';
import { Wheels } from './wheels.js';

const HELP = `npm run setup:cuda

Installs what the service needs to compute on an NVIDIA GPU: the CUDA provider of the runtime's own version, and those of
NVIDIA's libraries (CUDA 13, cuDNN 9) that the system's loader doesn't find. They are fetched with pip, from the index that it
is configured for, into .cuda/. Run it again after npm ci, which takes the provider away; nothing is fetched twice.

The driver (for CUDA 13) is not installed: it belongs to the system. npm run doctor says whether everything works.`;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log(HELP);
    return;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `CUDA is served on Linux with x64 processors, not on ${process.platform} with ${process.arch}`,
    );
  }
  const folders = { runtime: runtimeFolder(), cuda: CUDA_FOLDER, libraries: CUDA_LIBRARY_FOLDER };
  await installCuda(
    runtimeVersion(),
    folders,
    () => Wheels.find(),
    (line) => console.log(line),
  );
  console.log(
    findLibrary(DRIVER_LIBRARY) === null
      ? `There is no NVIDIA driver here (${DRIVER_LIBRARY} is not found): without one nothing runs on a GPU`
      : 'The NVIDIA driver is found. npm run doctor says whether everything works',
  );
}

await main().catch((error: unknown) => {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});

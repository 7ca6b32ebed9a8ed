import { CUDA_FOLDER, CUDA_LIBRARY_FOLDER, DRIVER_LIBRARY, findLibrary } from '../../cuda/cuda-libraries.js';
import { runtimeFolder, runtimeVersion } from '../../cuda/cuda-provider.js';
import { installCuda } from '../../cuda/setup/install.js';
import { SetupError } from '../../cuda/setup/setup-error.js';
import { Wheels } from '../../cuda/setup/wheels.js';
import { readOptions } from '../read-options.js';

const HELP = `Usage: qwen-image-edit setup-cuda
       npm run setup:cuda    (in a clone of the project)

Installs what the service needs to compute on an NVIDIA GPU: the CUDA provider of the runtime's own version, and those of
NVIDIA's libraries (CUDA 13, cuDNN 9) that the system's loader doesn't find. They are fetched with pip, from the index that it
is configured for, into .cuda/. Run it again after an installation (npm ci), which takes the provider away; nothing is fetched twice.

The driver (for CUDA 13) is not installed: it belongs to the system. The doctor says whether everything works.`;

/** `qwen-image-edit setup-cuda`: installs what computing on a GPU needs. */
export async function run(args: readonly string[]): Promise<number> {
  if (readOptions(args, {}, HELP) === null) return 0;
  try {
    await setUp();
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function setUp(): Promise<void> {
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
      ? `There is no NVIDIA driver here (${DRIVER_LIBRARY.file} is not found): without one nothing runs on a GPU`
      : 'The NVIDIA driver is found. The doctor says whether everything works',
  );
}

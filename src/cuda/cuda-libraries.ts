import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_DIR } from '../program/program-files.js';

/** Where `setup-cuda` puts NVIDIA's libraries; outside of node_modules, which `npm ci` empties. */
export const CUDA_FOLDER = path.join(PACKAGE_DIR, '.cuda');
export const CUDA_LIBRARY_FOLDER = path.join(CUDA_FOLDER, 'lib');

/** A library, by the name that the loader looks for. */
export interface CudaLibrary {
  readonly file: string;
  /** The package of PyPI that holds it. */
  readonly requirement: string;
  /** The name goes on with numbers that may be any. */
  readonly goesOn?: boolean;
}

/** NVIDIA's libraries that the CUDA provider needs, and the packages of PyPI that hold them. */
export const CUDA_LIBRARIES: readonly CudaLibrary[] = [
  { file: 'libcudart.so.13', requirement: 'nvidia-cuda-runtime>=13,<14' },
  { file: 'libcublas.so.13', requirement: 'nvidia-cublas>=13,<14' },
  { file: 'libcublasLt.so.13', requirement: 'nvidia-cublas>=13,<14' },
  { file: 'libcurand.so.10', requirement: 'nvidia-curand>=10,<11' },
  // cuDNN compiles some of its attention kernels when they are first used.
  { file: 'libnvrtc.so.13', requirement: 'nvidia-cuda-nvrtc>=13,<14' },
  // What that compiles with; its name goes on with the minor version.
  { file: 'libnvrtc-builtins.so.13', requirement: 'nvidia-cuda-nvrtc>=13,<14', goesOn: true },
  { file: 'libcudnn.so.9', requirement: 'nvidia-cudnn-cu13>=9,<10' },
];

/** The driver's own library, which comes with the driver alone. */
export const DRIVER_LIBRARY: Pick<CudaLibrary, 'file' | 'goesOn'> = { file: 'libcuda.so.1' };

/** Where the loader finds a library, or null. */
export function findLibrary(
  { file, goesOn = false }: Pick<CudaLibrary, 'file' | 'goesOn'>,
  folders = searchedFolders(),
): string | null {
  const isIt = (name: string): boolean => name === file || (goesOn && name.startsWith(`${file}.`));
  for (const folder of folders) {
    const found = filesOf(folder).find(isIt);
    if (found !== undefined) return path.join(folder, found);
  }
  return loaderCache().find((entry) => isIt(path.basename(entry))) ?? null;
}

/** The names in a folder; none where there is no such folder. */
function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** LD_LIBRARY_PATH of an engine: the folder of `setup-cuda`, then what is set already. */
export function enginesLibraryPath(): string {
  return searchedFolders().join(':');
}

function searchedFolders(): string[] {
  const given = (process.env['LD_LIBRARY_PATH'] ?? '').split(':');
  return [CUDA_LIBRARY_FOLDER, ...given].filter((folder) => folder !== '');
}

/** The files in the loader's cache; none where there is no such thing. */
function loaderCache(): string[] {
  for (const command of ['/sbin/ldconfig', 'ldconfig']) {
    try {
      const list = execFileSync(command, ['-p'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return list.split('\n').flatMap((line) => line.split(' => ')[1]?.trim() ?? []);
    } catch {
      // The next one may be there.
    }
  }
  return [];
}

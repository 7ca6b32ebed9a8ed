import { copyFile, link, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { CUDA_LIBRARIES, findLibrary } from '../cuda-libraries.js';
import { CUDA_PROVIDER_FILES } from '../cuda-provider.js';
import { SetupError } from './setup-error.js';
import type { Wheels } from './wheels.js';

/** Where things go. */
export interface SetupFolders {
  /** The runtime's core; the provider comes beside it. */
  readonly runtime: string;
  /** Keeps what was fetched, over installs of node_modules. */
  readonly cuda: string;
  /** NVIDIA's libraries. */
  readonly libraries: string;
}

type Say = (line: string) => void;

/** Installs the CUDA provider of the runtime's version and the libraries that the loader doesn't find. Can be repeated. */
export async function installCuda(
  version: string,
  folders: SetupFolders,
  findWheels: () => Promise<Wheels>,
  say: Say,
): Promise<void> {
  await mkdir(folders.cuda, { recursive: true });
  // Everything is fetched here first and then moved in whole; what was left by an earlier run that died goes away.
  for (const left of (await readdir(folders.cuda)).filter((name) => name.startsWith(PARTIAL))) {
    await rm(path.join(folders.cuda, left), { recursive: true });
  }
  const partial = await mkdtemp(path.join(folders.cuda, PARTIAL));
  try {
    await installProvider(version, folders, partial, findWheels, say);
    await installLibraries(folders, partial, findWheels, say);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

const PARTIAL = 'partial-';

async function installProvider(
  version: string,
  { runtime, cuda }: SetupFolders,
  partial: string,
  findWheels: () => Promise<Wheels>,
  say: Say,
): Promise<void> {
  const kept = path.join(cuda, `provider-${version}`);
  if (await holdsAll(kept, CUDA_PROVIDER_FILES)) {
    say(`The CUDA provider ${version} is here already`);
  } else {
    say(`Fetching the CUDA provider: onnxruntime-gpu ${version}, about 250 MB`);
    const source = await findWheels();
    const wheels = await source.download([`onnxruntime-gpu==${version}`], path.join(partial, 'runtime'));
    const unpacked = path.join(partial, 'provider');
    await source.unpack(wheels, unpacked, String.raw`/libonnxruntime_providers_(shared|cuda)\.so$`);
    if (!(await holdsAll(unpacked, CUDA_PROVIDER_FILES))) {
      throw new SetupError(`onnxruntime-gpu ${version} doesn't hold ${CUDA_PROVIDER_FILES.join(' and ')}`);
    }
    await rm(kept, { recursive: true, force: true });
    await rename(unpacked, kept);
  }
  for (const file of CUDA_PROVIDER_FILES) await place(path.join(kept, file), path.join(runtime, file));
  say(`The CUDA provider lies beside the runtime: ${runtime}`);
}

async function installLibraries(
  { libraries }: SetupFolders,
  partial: string,
  findWheels: () => Promise<Wheels>,
  say: Say,
): Promise<void> {
  const missing = CUDA_LIBRARIES.filter((library) => findLibrary(library, [libraries, ...loaderPath()]) === null);
  if (missing.length === 0) {
    say("NVIDIA's libraries are all found");
    return;
  }
  say(`Fetching what the loader doesn't find: ${missing.map(({ file }) => file).join(', ')}; up to 1 GB`);
  const source = await findWheels();
  const unpacked = path.join(partial, 'libraries');
  const requirements = [...new Set(missing.map(({ requirement }) => requirement))];
  const wheels = await source.download(requirements, path.join(partial, 'nvidia'));
  await source.unpack(wheels, unpacked, String.raw`/lib[\w-]+\.so\.[\d.]+$`);
  const absent = missing.find((library) => findLibrary(library, [unpacked]) === null);
  if (absent !== undefined) throw new SetupError(`${absent.requirement} doesn't hold ${absent.file}`);
  await mkdir(libraries, { recursive: true });
  for (const file of await readdir(unpacked)) await rename(path.join(unpacked, file), path.join(libraries, file));
  say(`NVIDIA's libraries lie in ${libraries}, where the service finds them`);
}

function loaderPath(): string[] {
  return (process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '');
}

async function holdsAll(folder: string, files: readonly string[]): Promise<boolean> {
  for (const file of files) {
    const found = await stat(path.join(folder, file)).catch(() => null);
    if (found === null || found.size === 0) return false;
  }
  return true;
}

/** Puts a file in place at once: a reader sees the old one or the whole new one. Linked where that can be, else copied. */
async function place(source: string, target: string): Promise<void> {
  const beside = `${target}.new`;
  await rm(beside, { force: true });
  await link(source, beside).catch(() => copyFile(source, beside));
  await rename(beside, target);
}

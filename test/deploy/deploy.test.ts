import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { unknownVariableFaults } from '../../src/config/known-variables.js';
import { knownVariables, readSettings } from '../../src/config/read-settings.js';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('docker-compose.yml');
const kubernetes = read('deploy', 'kubernetes', 'qwen-image-edit.yaml');
const { port, shutdownGraceSeconds } = readSettings({}).server;

/** All that a pattern's first group matches. */
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, group = '']) => group);
const known = (names: readonly string[]): readonly string[] => names.filter((name) => !knownVariables().includes(name));
const seconds = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]);

describe('the container files say what the program does', () => {
  test('Compose passes every setting of .env and of the shell; variables are known ones', () => {
    expect(compose).toMatch(/env_file:\n +- path: \.env\n +required: false/);
    expect(compose.match(/<<: \*service/g)).toHaveLength(4);
    const passed = all(compose, /^ {2}([A-Z][A-Z_]+):$/gm);
    const missing = knownVariables().filter((name) => !passed.includes(name));
    expect(new Set(missing)).toEqual(new Set(['HOST', 'PORT', 'RELOAD']));
    // What Compose asks for itself must not be taken for a misspelt setting of the service, which gets it too.
    const asked = all(compose, /\$\{([A-Z_]+)/g);
    expect(asked).toEqual(expect.arrayContaining(['MODELS', 'MEMORY', 'PORT']));
    expect(unknownVariableFaults(asked, knownVariables())).toEqual([]);
    const named = all(kubernetes, /^ +- name: ([A-Z][A-Z_]+)$/gm);
    expect(named).toContain('API_KEY');
    expect(known(named)).toEqual([]);
  });

  test('values are valid ones', () => {
    const values = [...compose.matchAll(/^ {2,6}([A-Z][A-Z_]+): (\S+)$/gm)];
    const environment = Object.fromEntries(values.map(([, name = '', value = '']) => [name, value]));
    const own = { REDIS_URL: 'redis://redis:6379', ROLE: 'worker' };
    expect(environment).toEqual({ HOST: '0.0.0.0', PORT: String(port), DEVICE_MAP: 'cpu', ...own });
    expect(() => readSettings(environment)).not.toThrow();
    const pairs = [...kubernetes.matchAll(/- name: ([A-Z][A-Z_]+)\n +value: '?([^'\n]*)/g)];
    const env = Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
    expect(readSettings(env)).toMatchObject({
      engine: { load: { deviceMap: 'cuda', modelDir: '/models/Qwen-Image-Edit' } },
    });
  });

  test('port and paths are the served ones', () => {
    expect(dockerfile).toContain(`EXPOSE ${port}`);
    // Not by default alone: then gRPC would stay on the container's own loopback.
    expect(readSettings({ HOST: /\bHOST=(\S+)/.exec(dockerfile)?.[1] }).server.host).toBe(readSettings({}).server.host);
    expect(() => readSettings({ HOST: /\bHOST=(\S+)/.exec(dockerfile)?.[1], GRPC_PORT: '1' })).toThrow(/GRPC_INSECURE/);
    expect(compose).toContain(`127.0.0.1:\${PORT:-${port}}:${port}`);
    expect(all(kubernetes, /containerPort: (\d+)/g)).toEqual([String(port)]);
    const routes = read('src', 'health', 'health.controller.ts');
    const paths = new Set(all(kubernetes, /^ +path: (\/\S+)$/gm));
    expect(paths).toEqual(new Set(['/health', '/ready']));
    for (const path of [...paths].map((each) => each.slice(1))) expect(routes).toContain(`@Get('${path}')`);
    expect(dockerfile).toContain('/health`');
  });

  test('nothing runs as root or writes where it should not', () => {
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    expect(dockerfile.lastIndexOf('USER ')).toBe(dockerfile.indexOf('USER '));
    expect(kubernetes).toMatch(/runAsNonRoot: true\n +runAsUser: 1000/);
    expect(kubernetes).toContain('readOnlyRootFilesystem: true');
    expect(compose).toContain('read_only: true');
    // Compose takes limits in one place only: beside these, `pids_limit` is refused.
    expect(compose.match(/limits:\n +memory: \S+\n +pids: \d+/g)).toHaveLength(5);
    expect(compose).not.toContain('pids_limit');
    const cache = /XDG_CACHE_HOME=(\S+)/.exec(dockerfile)?.[1] ?? '';
    expect(compose).toContain(`cache:${cache}`);
    expect(kubernetes).toContain(`mountPath: ${cache}`);
  });

  test('there is time to finish what was accepted', () => {
    const grace = shutdownGraceSeconds;
    expect(compose).toContain(`stop_grace_period: 1m\${SHUTDOWN_GRACE_SECONDS:-${grace}}s`);
    const before = seconds(kubernetes, /command: \[sleep, '(\d+)'\]/);
    expect(seconds(kubernetes, /terminationGracePeriodSeconds: (\d+)/)).toBeGreaterThan(before + grace);
  });

  test('what is started and copied is what the build makes', () => {
    const manifest = JSON.parse(read('package.json')) as {
      scripts: Record<string, string>;
      engines: { node: string };
      bin: Record<string, string>;
      files: string[];
    };
    expect(manifest.bin).toEqual({ 'qwen-image-edit': 'dist/cli.js' });
    expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'proto', 'models/mini', 'models/mini-lora']));
    expect(manifest.scripts['start:prod']).toBe('exec dist/cli.js serve');
    expect(dockerfile).toContain('CMD ["qwen-image-edit", "serve"]');
    expect(dockerfile).toContain('RUN node dist/cli.js setup-cuda');
    for (const folder of ['dist', 'proto', 'models/mini', 'models/mini-lora'])
      expect(dockerfile).toContain(`COPY --from=build /app/${folder} ./${folder}`);
    const kept = read('.dockerignore').split('\n');
    for (const file of [
      'package.json',
      'package-lock.json',
      '.npmrc',
      'src',
      'proto',
      'scripts/build.mjs',
      'scripts/support',
      'tsconfig.json',
      '.swcrc',
    ]) {
      expect(kept).toContain(`!${file}`);
    }
    const node = seconds(dockerfile, /NODE_IMAGE=node:(\d+)/);
    expect(node).toBeGreaterThanOrEqual(seconds(manifest.engines.node, />=(\d+)/));
  });
});

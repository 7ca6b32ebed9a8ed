import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { knownVariables, readSettings } from '../../src/config/read-settings.js';
import { Metrics } from '../../src/metrics/metrics.service.js';

const ROOT = join(import.meta.dirname, '..', '..');
const SCALE = join('deploy', 'kubernetes', 'scale');
const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

interface Named {
  readonly name: string;
}
interface Variable extends Named {
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}
interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly {
    readonly image: string;
    readonly env?: readonly Variable[];
    readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
    readonly volumeMounts: readonly (Named & { readonly mountPath: string })[];
    readonly securityContext: unknown;
  }[];
  readonly securityContext: unknown;
}
interface Manifest {
  readonly kind: string;
  readonly metadata: Named;
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly metadata: { readonly labels: Readonly<Record<string, string>> }; readonly spec: Pod };
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly ingress: readonly { readonly from: readonly unknown[] }[];
    readonly scaleTargetRef: Named;
    readonly minReplicaCount: number;
    readonly triggers: readonly { readonly metadata: { readonly query: string } }[];
  };
}
interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly profiles: readonly string[];
        readonly environment: Readonly<Record<string, string | null>>;
        readonly command: readonly string[];
        readonly networks: readonly string[];
        readonly ports?: readonly string[];
        readonly deploy: { readonly replicas?: string };
      }
    >
  >;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
}

const manifests = ['services.yaml', 'redis.yaml', 'network.yaml', 'autoscaling.yaml'].flatMap((file) =>
  parseAllDocuments(read(SCALE, file)).map((document) => document.toJS() as Manifest),
);

function manifest(kind: string, name: string): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} ${name}`);
  return found;
}

/** A Deployment's container with what it is told by its variables. */
function program(name: string): { pod: Pod; env: Record<string, string>; variables: readonly Variable[] } {
  const pod = manifest('Deployment', name).spec.template.spec;
  const variables = pod.containers[0]?.env ?? [];
  const env = Object.fromEntries(
    variables.map(({ name: key, value }) => [key, value ?? 'rediss://:secret@redis:6379']),
  );
  return { pod, env, variables };
}

describe('services and workers that share Redis', () => {
  test('Compose: a service, two workers, and a Redis that forgets nothing and that nobody else reaches', () => {
    const { services, networks } = parse(read('docker-compose.yml'), { merge: true }) as Compose;
    const scaled = Object.keys(services).filter((name) => services[name]?.profiles.includes('scale'));
    expect(scaled).toEqual(['redis', 'api', 'worker']);
    const { redis, api, worker } = services;
    expect(redis?.command.join(' ')).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/);
    expect(redis?.ports).toBeUndefined();
    expect(worker?.ports).toBeUndefined();
    expect([redis?.networks, worker?.networks]).toEqual([['jobs'], ['jobs']]);
    expect(networks['jobs']?.internal).toBe(true);
    expect(worker?.deploy.replicas).toBe('${WORKER_COUNT:-2}');
    const roles = [api, worker].map((service) => {
      const set = Object.entries(service?.environment ?? {}).filter(([, value]) => value !== null);
      return readSettings(Object.fromEntries(set.map(([name, value]) => [name, String(value)]))).role;
    });
    expect(roles).toEqual(['api', 'worker']);
  });

  test.each(['api', 'worker'])('Kubernetes: the settings of %s are valid ones, and there is time to finish', (role) => {
    const { pod, env, variables } = program(`qwen-image-edit-${role}`);
    const settings = readSettings(env);
    expect(settings.role).toBe(role);
    // Node's own: the authority that has signed for Redis.
    expect(Object.keys(env).filter((name) => !knownVariables().includes(name))).toEqual(['NODE_EXTRA_CA_CERTS']);
    const mounted = pod.containers[0]?.volumeMounts.map(({ mountPath }) => mountPath) ?? [];
    expect(mounted.some((path) => env['NODE_EXTRA_CA_CERTS']?.startsWith(`${path}/`))).toBe(true);
    const url = variables.find(({ name }) => name === 'REDIS_URL');
    expect(url?.valueFrom?.secretKeyRef).toEqual({ name: 'qwen-image-edit-redis', key: 'url' });
    const [, pause = '0'] = pod.containers[0]?.lifecycle?.preStop.exec.command ?? [];
    const needed = Number(pause) + settings.server.shutdownGraceSeconds;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(needed);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(pod.containers[0]?.securityContext).toMatchObject({ readOnlyRootFilesystem: true });
  });

  test('Kubernetes: only services and workers reach Redis, and budgets and policies mean pods that there are', () => {
    const pods = [
      manifest('Deployment', 'qwen-image-edit-api'),
      manifest('Deployment', 'qwen-image-edit-worker'),
      manifest('StatefulSet', 'qwen-image-edit-redis'),
    ].map(({ spec }) => spec.template.metadata.labels);
    const meant = manifests.flatMap(({ kind, spec }) => {
      if (kind === 'NetworkPolicy') return [spec.podSelector.matchLabels];
      return kind === 'PodDisruptionBudget' ? [spec.selector.matchLabels] : [];
    });
    expect(meant).toHaveLength(5);
    for (const labels of meant) expect(pods).toContainEqual(expect.objectContaining(labels));
    const { ingress } = manifest('NetworkPolicy', 'qwen-image-edit-redis').spec;
    expect(ingress.map(({ from }) => from)).toEqual([
      [
        {
          podSelector: {
            matchLabels: { 'app.kubernetes.io/name': 'qwen-image-edit' },
            matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: ['api', 'worker'] }],
          },
        },
      ],
    ]);
  });

  test('KEDA scales the workers by metrics that there are, never to none', async () => {
    const { scaleTargetRef, minReplicaCount, triggers } = manifest('ScaledObject', 'qwen-image-edit-worker').spec;
    const target = manifest('Deployment', scaleTargetRef.name).spec;
    // Whoever applies the file again must not undo what KEDA has decided.
    expect(target.replicas).toBeUndefined();
    expect(minReplicaCount).toBeGreaterThan(0);
    const metrics = new Metrics();
    metrics.measureQueue(
      1,
      () => 0,
      () => 0,
    );
    const { text } = await metrics.text();
    const asked = triggers.flatMap(({ metadata }) => metadata.query.match(/qwen_edit_\w+/g) ?? []);
    expect(asked).toHaveLength(2);
    for (const name of asked) expect(text).toContain(`# TYPE ${name} gauge`);
  });
});

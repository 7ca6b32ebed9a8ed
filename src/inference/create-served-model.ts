import type { ConfigType } from '@nestjs/config';
import type { scaleConfig } from '../config/namespaces.js';
import type { SharedRedis } from '../redis/redis.module.js';
import type { LocalModel } from './local-model.js';
import type { ServedModel } from './served-model.js';

/** The engines of this process; where several processes share Redis, they are told of there. */
export async function createLocalModel(engines: ServedModel | null, { clients }: SharedRedis): Promise<LocalModel> {
  if (engines === null) return { served: null, model: () => null };
  if (clients === null) return { served: engines, model: () => null };
  const { Announcer } = await import('./fleet/announcer.js');
  const announcer = new Announcer(engines, clients);
  announcer.start();
  return { served: announcer, model: () => announcer.model };
}

/** What callers of this process may ask for: its own engines' model, or all that workers serve. */
export async function createServedModel(
  { served }: LocalModel,
  { clients }: SharedRedis,
  { role, defaultModel }: ConfigType<typeof scaleConfig>,
): Promise<ServedModel> {
  if (served !== null && (clients === null || role === 'worker')) return served;
  if (clients === null) throw new Error('A process without engines needs REDIS_URL');
  const { FleetModels } = await import('./fleet/fleet-models.js');
  const models = new FleetModels(clients, defaultModel, served);
  models.start();
  return models;
}

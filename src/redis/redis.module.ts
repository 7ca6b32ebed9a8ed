import { Module, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { scaleConfig } from '../config/namespaces.js';
import type { RedisClients } from './redis-clients.js';

/** The Redis that services share; null: jobs and models are this process's own. */
export abstract class SharedRedis {
  abstract readonly clients: RedisClients | null;
}

/** Connects to REDIS_URL; a service without one loads nothing of it. */
@Module({
  providers: [
    {
      provide: SharedRedis,
      inject: [scaleConfig.KEY],
      useFactory: async ({ redis }: ConfigType<typeof scaleConfig>): Promise<SharedRedis> => {
        if (redis === null) return { clients: null };
        const { RedisClients } = await import('./redis-clients.js');
        return { clients: new RedisClients(redis) };
      },
    },
  ],
  exports: [SharedRedis],
})
export class RedisModule implements OnApplicationShutdown {
  constructor(private readonly redis: SharedRedis) {}

  onApplicationShutdown(): void {
    this.redis.clients?.close();
  }
}

import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AuthSettings } from '../../config/settings.js';
import { corsOptions } from './cors-options.js';
import { refuseForeignPosts } from './foreign-posts.js';

/**
 * Decides what pages of other hosts may do, ahead of everything that answers: so that preflights need no key, and what is
 * answered to a listed page it can read, errors and streams too.
 */
export function admitOrigins(app: NestExpressApplication, { apiKey, corsOrigins }: AuthSettings): void {
  if (corsOrigins.length > 0) app.enableCors(corsOptions(corsOrigins));
  app.use(refuseForeignPosts(corsOrigins, apiKey !== null));
}

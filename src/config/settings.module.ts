import type { DynamicModule } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { loadSettings } from './load-settings.js';
import { aloneConfig, NAMESPACES, scaleConfig } from './namespaces.js';

/**
 * Lets every module inject the namespaces of the settings, as `@Inject(jobsConfig.KEY) jobs: ConfigType<typeof jobsConfig>`.
 * What is injected was read and validated by loadSettings() already, before the engine was launched, and `.env` is part
 * of it: nothing is read or parsed here a second time. (Nest writes what `validate` gives back to the environment where it is
 * text or a number: the namespaces are objects, so nothing is.)
 * @param options `isAlone`: the process shares nothing with others, whatever REDIS_URL says
 */
export function settingsModule({ isAlone = false } = {}): Promise<DynamicModule> {
  return ConfigModule.forRoot({
    isGlobal: true,
    ignoreEnvFile: true,
    validatePredefined: false,
    validate: () => ({ ...loadSettings() }),
    load: isAlone ? [...NAMESPACES.filter((namespace) => namespace !== scaleConfig), aloneConfig] : NAMESPACES,
  });
}

import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ApiKey } from '../auth/api-key.js';
import { requireKey } from '../auth/require-key.js';
import { PACKAGE_DESCRIPTION, PACKAGE_VERSION } from '../config/package-info.js';

/** Serves /openapi.json, and /docs for reading and trying it; behind the key, where there is one. */
export function serveOpenApi(app: NestExpressApplication): void {
  const apiKey = app.get(ApiKey);
  const builder = new DocumentBuilder()
    .setTitle('Qwen image editing')
    .setDescription(PACKAGE_DESCRIPTION)
    .setVersion(PACKAGE_VERSION);
  if (apiKey.isSet) {
    builder.addBasicAuth().addBearerAuth().addSecurityRequirements('basic').addSecurityRequirements('bearer');
  }
  const config = builder.build();
  app.use(['/docs', '/openapi.json'], requireKey(apiKey));
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
  });
}

import type { ConfigType } from '@nestjs/config';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ApiKey } from '../auth/api-key.service.js';
import { Authenticator } from '../auth/authenticator.service.js';
import { limitsConfig } from '../config/namespaces.js';
import { ServedModel } from '../inference/served-model.js';
import { PACKAGE_DESCRIPTION, PACKAGE_VERSION, SWAGGER_UI_DIR } from '../program/program-files.js';
import { withServedFields } from './served-fields.js';

const NOTES = `Every answer carries X-Request-Id: the caller's, if it is 1–128 letters, digits, dots, dashes or underscores, else a fresh one.
Every error has the same envelope, also where no route lists it: 404 NOT_FOUND, 405 METHOD_NOT_ALLOWED (with Allow),
408 REQUEST_INCOMPLETE, 431 HEADERS_TOO_LARGE. 503 comes with Retry-After; 500 with \`x-should-retry: false\`.
An edit's Server-Timing header holds the wait for the engine and the model's time by stage.`;

/** Serves /openapi.json, and /docs for reading and trying it; behind the key, where there is one. */
export function serveOpenApi(app: NestExpressApplication): void {
  const apiKey = app.get(ApiKey);
  const limits = app.get<ConfigType<typeof limitsConfig>>(limitsConfig.KEY);
  const model = app.get(ServedModel);
  const builder = new DocumentBuilder()
    .setTitle('Qwen image editing')
    .setDescription(`${PACKAGE_DESCRIPTION}\n\n${NOTES}`)
    .setVersion(PACKAGE_VERSION);
  if (apiKey.isSet) {
    builder
      .addBasicAuth()
      .addSecurity('bearer', { type: 'http', scheme: 'bearer' })
      .addSecurityRequirements('basic')
      .addSecurityRequirements('bearer');
  }
  const config = builder.build();
  app.use(['/docs', '/openapi.json'], app.get(Authenticator).middleware);
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    customSwaggerUiPath: SWAGGER_UI_DIR,
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    patchDocumentOnRequest: (_request, _response, document) => withServedFields(document, limits, model.state),
  });
}

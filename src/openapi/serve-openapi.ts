import type { ConfigType } from '@nestjs/config';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiKey } from '../auth/api-key.service.js';
import { Authenticator } from '../auth/authenticator.service.js';
import { limitsConfig } from '../config/namespaces.js';
import { ServedModel } from '../inference/served-model.js';
import { SWAGGER_UI_DIR } from '../program/program-files.js';
import { describeService } from './describe-service.js';
import { withServedFields } from './served-fields.js';
import { withToldDefaults } from './told-defaults.js';
import { forTryingOut, withoutEmptyFields } from './try-out.js';

const DOCS = 'docs';
const DOCUMENT = 'openapi.json';

/** Serves /openapi.json, and /docs for reading and trying it; behind the key, where there is one. */
export function serveOpenApi(app: NestExpressApplication): void {
  const limits = app.get<ConfigType<typeof limitsConfig>>(limitsConfig.KEY);
  const model = app.get(ServedModel);
  const service = describeService(app.get(ApiKey).isSet);
  app.use([`/${DOCS}`, `/${DOCUMENT}`], app.get(Authenticator).middleware);
  SwaggerModule.setup(DOCS, app, () => SwaggerModule.createDocument(app, service), {
    customSwaggerUiPath: SWAGGER_UI_DIR,
    jsonDocumentUrl: DOCUMENT,
    raw: ['json'],
    swaggerOptions: { requestInterceptor: withoutEmptyFields },
    patchDocumentOnRequest: (request, _response, document) => {
      const served = withToldDefaults(withServedFields(document, limits, model.state));
      return (request as Request).path === `/${DOCUMENT}` ? served : forTryingOut(served);
    },
  });
}

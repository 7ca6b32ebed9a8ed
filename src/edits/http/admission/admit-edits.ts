import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import { ErrorAnswers } from '../../../http/errors/error-answers.service.js';
import { EDITS_PATH } from '../edits-path.js';
import { EditAdmission } from './edit-admission.service.js';

/**
 * Has edits let in or turned away ahead of Nest's own routes: under load most requests are turned away, and what that costs
 * is what all others wait for. A request that is let in goes on to EditsController.
 */
export function admitEdits(app: NestExpressApplication): void {
  const admission = app.get(EditAdmission);
  const answers = app.get(ErrorAnswers);
  const admit: RequestHandler = (request, response, next) => {
    admission.admit(request, response).then(
      () => next(),
      (error: unknown) => answers.send(error, request, response),
    );
  };
  const express = app.getHttpAdapter().getInstance();
  express.post(EDITS_PATH, admit);
}

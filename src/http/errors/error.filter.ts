import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ErrorAnswers } from './error-answers.service.js';

/** Answers what a route of Nest's has thrown. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly answers: ErrorAnswers) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answers.send(exception, http.getRequest<Request>(), http.getResponse<Response>());
  }
}

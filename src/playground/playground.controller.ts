import { Controller, Get, HttpStatus, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../auth/public.decorator.js';
import { ApiError } from '../http/errors/api-error.js';
import { type PageFile, PageFiles } from './page-files.service.js';

/** The page runs its own scripts and styles alone, speaks to this service alone, and shows pictures that it holds itself. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Open to everyone: the page itself asks for the key. */
@ApiExcludeController()
@Public()
@Controller()
export class PlaygroundController {
  constructor(private readonly files: PageFiles) {}

  @Get()
  page(@Req() request: Request, @Res() response: Response): void {
    const { page, pageTag } = this.files;
    response.setHeader('Content-Security-Policy', PAGE_POLICY);
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('ETag', pageTag);
    if (request.headers['if-none-match'] === pageTag) response.status(HttpStatus.NOT_MODIFIED).end();
    else send(request, response, page);
  }

  @Get('playground/:version/*path')
  file(
    @Param('version') version: string,
    @Param('path') path: readonly string[],
    @Req() request: Request,
    @Res() response: Response,
  ): void {
    const file = this.files.file(version, path.join('/'));
    if (file === undefined) throw new ApiError('NOT_FOUND', 'There is nothing at this path');
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    send(request, response, file);
  }
}

function send(request: Request, response: Response, { body: plain, gzip, mediaType }: PageFile): void {
  const compressed = request.acceptsEncodings('gzip') === 'gzip' ? gzip : null;
  const body = compressed ?? plain;
  response.setHeader('Content-Type', mediaType);
  if (gzip !== null) response.setHeader('Vary', 'Accept-Encoding');
  if (compressed !== null) response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Length', body.length);
  response.end(body);
}

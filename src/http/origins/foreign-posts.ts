import type { Request, RequestHandler } from 'express';
import type { CorsOrigins } from '../../config/settings.js';
import { ApiError } from '../errors/api-error.js';

const SHOWN_CHARACTERS = 200;

/**
 * express middleware: refuses what a form on a page of another host posts, since a browser sends a form anywhere without
 * asking the service first, and whoever looks at that page would make edits for it: without a key, or with the one that the
 * browser keeps and adds by itself, which comes as Basic and never as Bearer.
 * Only browsers send Origin; a page of the service's own has the host that the request, or its proxy, names.
 */
export function refuseForeignPosts(origins: CorsOrigins, hasKey: boolean): RequestHandler {
  return (request, _response, next) => {
    const { origin, authorization = '' } = request.headers;
    const isDecidedByKey = hasKey && !/^Basic /i.test(authorization);
    const isRefused =
      request.method === 'POST' &&
      origin !== undefined &&
      !isDecidedByKey &&
      !isListed(origin, origins) &&
      !isOwn(origin, request);
    next(isRefused ? foreignPost(origin) : undefined);
  };
}

function isListed(origin: string, origins: CorsOrigins): boolean {
  return origins === '*' || origins.includes(origin);
}

function isOwn(origin: string, request: Request): boolean {
  const host = hostOf(origin);
  if (host === null) return false;
  // Each proxy adds its own to the list.
  const names = [request.get('host'), ...(request.get('x-forwarded-host') ?? '').split(',')];
  const { protocol } = new URL(origin);
  return names.some((name) => name !== undefined && hostOf(`${protocol}//${name.trim()}`) === host);
}

/** Host and port, without the port that the scheme has anyway; null for what is no address (`null` is a page's that has none). */
function hostOf(address: string): string | null {
  try {
    const { host } = new URL(address);
    return host === '' ? null : host;
  } catch {
    return null;
  }
}

function foreignPost(origin: string): ApiError {
  return new ApiError(
    'FORBIDDEN',
    `A page of ${origin.slice(0, SHOWN_CHARACTERS)} may not use this service: list its origin in CORS_ORIGINS`,
  );
}

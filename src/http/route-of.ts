import type { Request } from 'express';

/** The route that a request has met, as it was declared; null when none. Known once the route's handlers have begun. */
export function routeOf(request: Request): string | null {
  const { path } = (request.route ?? {}) as { readonly path?: unknown };
  return typeof path === 'string' ? path : null;
}

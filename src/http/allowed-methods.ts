import type { Request } from 'express';

/** What the express router keeps of a route. */
interface RouterLayer {
  match(path: string): boolean;
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
}

/** The methods that some route takes at the request's path; empty when there is no such path. */
export function allowedMethods(request: Request): string[] {
  const layers = request.app.router.stack as unknown as readonly RouterLayer[];
  const methods = layers
    .filter((layer) => layer.route !== undefined && layer.match(request.path))
    .flatMap((layer) => Object.keys(layer.route?.methods ?? {}))
    .map((method) => method.toUpperCase());
  if (methods.includes('GET')) methods.push('HEAD');
  return [...new Set(methods)].sort();
}

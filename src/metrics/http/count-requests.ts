import type { RequestHandler } from 'express';
import { answeredStatus } from '../../http/answered-status.js';
import { routeOf } from '../../http/route-of.js';
import type { Metrics } from '../metrics.service.js';
import { onClose } from '../../http/on-close.js';

/** For paths that no route has: what callers make up must not become time series. */
const NO_ROUTE = 'none';

/** express middleware */
export function countRequests(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    metrics.requestStarted();
    onClose(response, () => {
      const route = routeOf(request) ?? NO_ROUTE;
      const seconds = (performance.now() - startedAt) / 1000;
      metrics.requestEnded(request.method, route, answeredStatus(response), request.context.errorCode, seconds);
    });
    next();
  };
}

import type { RequestHandler } from 'express';
import { answeredStatus } from '../../http/answered-status.js';
import { PROBE_PATHS } from '../../http/probe-paths.js';
import { routeOf } from '../../http/route-of.js';
import type { Tracing } from '../tracing.js';
import { onClose } from '../../http/on-close.js';

/**
 * express middleware: a span for each request but probes, with the attributes of OpenTelemetry's conventions for HTTP servers.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function traceRequests(tracing: Tracing): RequestHandler {
  return (request, response, next) => {
    const { method, path, headers } = request;
    if (PROBE_PATHS.includes(path)) {
      next();
      return;
    }
    const span = tracing.begin(headers, method, {
      'http.request.method': method,
      'url.path': path.slice(0, 200),
      'url.scheme': request.protocol,
      'server.address': request.hostname,
      'network.protocol.version': request.httpVersion,
      ...(headers['user-agent'] === undefined ? {} : { 'user_agent.original': headers['user-agent'].slice(0, 200) }),
      'request.id': request.context.id,
    });
    request.context.trace = span.context;
    onClose(response, () => {
      const route = routeOf(request);
      const status = answeredStatus(response);
      const { errorCode: code } = request.context;
      span.end(
        route === null ? method : `${method} ${route}`,
        { 'http.response.status_code': status, ...(route === null ? {} : { 'http.route': route }) },
        code === null ? null : { type: code, message: code, isOwnFault: status >= 500 },
      );
    });
    next();
  };
}

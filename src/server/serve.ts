import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { isLoopback } from '../config/loopback.js';
import type { Settings } from '../config/settings.js';
import { admitEdits } from '../edits/http/admission/admit-edits.js';
import { accessLog } from '../http/access-log.js';
import { serveOpenApi } from '../openapi/serve-openapi.js';
import { ActiveResponses } from '../http/active-responses.js';
import { beginRequest } from '../http/request-context.js';
import { requireHost } from '../http/require-host.js';
import { securityHeaders } from '../http/security-headers.js';
import { admitOrigins } from '../http/origins/admit-origins.js';
import { limitServer } from '../http/server-limits.js';
import { ServiceLogger } from '../http/service-logger.js';
import { countRequests } from '../metrics/http/count-requests.js';
import { Metrics } from '../metrics/metrics.service.js';
import { loadGrpc } from './load-grpc.js';
import { shutDown } from './shutdown.js';
import type { StopSignals } from '../program/stop-signals.js';
import { startTracing } from '../tracing/start-tracing.js';
import { traceRequests } from '../tracing/http/trace-requests.js';
import { NoTracing } from '../tracing/tracing.js';

/** Starts the API process: listens at once, while the engine process loads the model. */
export async function serve(settings: Settings, signals: StopSignals): Promise<void> {
  const tracing = await startTracing(process.env);
  // A worker answers nobody.
  const grpc = await loadGrpc(settings.role === 'worker' ? null : settings.grpc);
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.register(tracing, settings.role, grpc === null ? [] : [grpc.module]),
    {
      // Bodies are read after the guards, by the one route that takes any.
      bodyParser: false,
      forceCloseConnections: true,
      logger: new ServiceLogger(settings.logging),
    },
  );
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  const responses = new ActiveResponses();
  const grpcServer = grpc === null ? null : app.get(grpc.server);
  app.use(beginRequest, responses.watch, accessLog, countRequests(app.get(Metrics)), securityHeaders);
  admitOrigins(app, settings.auth);
  app.use(requireHost);
  if (!(tracing instanceof NoTracing)) app.use(traceRequests(tracing));
  if (settings.role !== 'worker') {
    admitEdits(app);
    serveOpenApi(app);
  }
  signals.onStop(async () => {
    grpcServer?.drain();
    await shutDown(
      app,
      grpcServer === null ? [responses] : [responses, grpcServer],
      settings.server.shutdownGraceSeconds,
    );
    return 0;
  });
  limitServer(app.getHttpServer(), settings.limits.uploadTimeoutSeconds);
  const { host, port } = settings.server;
  try {
    // What a start that fails is to end must have begun.
    await app.init();
    const grpcAddress = (await grpcServer?.listen()) ?? null;
    await app.listen(port, host).catch((error: unknown) => {
      throw new Error(`Can't listen on ${host}:${port}: ${(error as Error).message}`, { cause: error });
    });
    announce(settings, app.getHttpServer().address() as AddressInfo, grpcAddress);
  } catch (error) {
    new Logger('Service').error((error as Error).message);
    process.exitCode = 1;
    await app.close();
  }
}

function announce(
  { engine, auth, server, redis, role, grpc }: Settings,
  { port }: AddressInfo,
  grpcAddress: string | null,
): void {
  const logger = new Logger('Service');
  if (role !== 'api') {
    logger.log(
      engine.usesBundledModel
        ? 'QWEN_MODEL_DIR is not set: serving the bundled miniature'
        : `Serving ${engine.load.modelDir}`,
    );
  }
  if (redis !== null)
    logger.log(`Jobs are shared by Redis at ${new URL(redis.url).host}; this process's role is ${role}`);
  if (auth.apiKey === null && !isLoopback(server.host)) {
    logger.warn('API_KEY is not set: everyone who can reach this host can use the service');
  }
  if (grpcAddress !== null) logger.log(`gRPC is served on ${grpcAddress}${grpc?.tls === null ? '' : ', with TLS'}`);
  logger.log(`Listening on http://${server.host.includes(':') ? `[${server.host}]` : server.host}:${port}`);
}

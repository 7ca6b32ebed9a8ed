import type { DynamicModule } from '@nestjs/common';
import type { GrpcSettings } from '../config/settings.js';
import type { GrpcServer } from '../grpc/grpc.module.js';

/** gRPC as a part of the service. */
interface GrpcPart {
  readonly module: DynamicModule;
  readonly server: typeof GrpcServer;
}

/** What gRPC needs is loaded here, and only where it is wanted. */
export async function loadGrpc(settings: GrpcSettings | null): Promise<GrpcPart | null> {
  if (settings === null) return null;
  const { GrpcModule, GrpcServer: server } = await import('../grpc/grpc.module.js');
  return { module: GrpcModule.register(settings), server };
}

import { Injectable } from '@nestjs/common';
import { Authenticator } from '../../auth/authenticator.service.js';
import type { GrpcCall } from './grpc-call.js';

/** Probes have no key, as /health asks for none. */
const PUBLIC_SERVICE = '/grpc.health.v1.Health/';

/** Lets a call pass when its metadata `authorization` presents the key, as Bearer or Basic; reflection's calls, too. */
@Injectable()
export class GrpcKeyGuard {
  constructor(private readonly authenticator: Authenticator) {}

  /** @throws ApiError 401 */
  async check(call: GrpcCall): Promise<void> {
    if (call.path.startsWith(PUBLIC_SERVICE)) return;
    await this.authenticator.check({ authorization: call.text('authorization') });
  }
}

import type { Server } from '@grpc/grpc-js';
import { Injectable } from '@nestjs/common';
import { HealthImplementation } from 'grpc-health-check';
import { ServedModel } from '../../inference/served-model.js';
import { IMAGE_EDITS } from '../proto/proto-files.js';

/** The whole server is what the one service is. */
const SERVICES = ['', IMAGE_EDITS];

/**
 * grpc.health.v1: SERVING while edits are served, as GET /ready tells it.
 * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
@Injectable()
export class HealthStatus {
  private readonly health = new HealthImplementation(
    Object.fromEntries(SERVICES.map((name) => [name, 'NOT_SERVING' as const])),
  );
  private isDraining = false;
  private isToldServing = false;

  constructor(private readonly model: ServedModel) {}

  addTo(server: Server): void {
    this.health.addToServer(server);
    void this.follow();
  }

  /** From now on nothing new is taken. */
  drain(): void {
    this.isDraining = true;
    this.tell();
  }

  private async follow(): Promise<void> {
    while (!this.isDraining) {
      this.tell();
      await this.model.changed();
    }
  }

  /** Who watches hears of changes alone. */
  private tell(): void {
    const isServing = !this.isDraining && this.model.state.status === 'ready';
    if (isServing === this.isToldServing) return;
    this.isToldServing = isServing;
    for (const name of SERVICES) this.health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
  }
}

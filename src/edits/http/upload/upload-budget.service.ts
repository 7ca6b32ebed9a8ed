import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { limitsConfig } from '../../../config/namespaces.js';
import { queueFull, tooLarge } from '../../../http/errors/api-error.js';
import { Metrics } from '../../../metrics/metrics.service.js';
import { DrainRate } from './drain-rate.js';

const MEGABYTE = 1024 * 1024;

/** Bytes that one request or job holds. */
export interface Holding {
  /** @throws ApiError 429 when the service holds too much in all */
  add(bytes: number): void;
  /** So many of them are held no longer. */
  remove(bytes: number): void;
  /** Nothing of it is held any more; nothing happens the second time. */
  release(): void;
}

/** Bounds what all uploads, and the pictures of the jobs that aren't done, take together (UPLOADS_MAX_MB). */
@Injectable()
export class UploadBudget {
  private heldBytes = 0;
  private readonly pace = new DrainRate();

  constructor(
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
    metrics: Metrics,
  ) {
    metrics.measureUploads(() => this.heldBytes);
  }

  /**
   * Looks whether a body of this length could be held now. Nothing is set aside for it: a client that announces much and
   * sends little would keep others out.
   * @throws ApiError 413 when it never could, 429
   */
  checkRoom(announcedBytes: number): void {
    const { uploadsMaxBytes } = this.limits;
    if (announcedBytes > uploadsMaxBytes) {
      throw tooLarge(`The request body is larger than ${uploadsMaxBytes / MEGABYTE} MB (UPLOADS_MAX_MB)`);
    }
    if (this.heldBytes + announcedBytes > uploadsMaxBytes) throw this.full(announcedBytes);
  }

  hold(): Holding {
    let own = 0;
    let isReleased = false;
    return {
      add: (bytes) => {
        if (isReleased) return;
        if (this.heldBytes + bytes > this.limits.uploadsMaxBytes) throw this.full(bytes);
        own += bytes;
        this.heldBytes += bytes;
      },
      remove: (bytes) => {
        const some = Math.min(bytes, own);
        own -= some;
        this.free(some);
      },
      release: () => {
        isReleased = true;
        this.free(own);
        own = 0;
      },
    };
  }

  private free(bytes: number): void {
    this.heldBytes -= bytes;
    this.pace.add(bytes);
  }

  private full(wantedBytes: number): Error {
    const { uploadsMaxBytes } = this.limits;
    return queueFull(
      `Uploads hold ${uploadsMaxBytes / MEGABYTE} MB already, or would (UPLOADS_MAX_MB)`,
      this.pace.secondsFor(this.heldBytes + wantedBytes - uploadsMaxBytes),
    );
  }
}

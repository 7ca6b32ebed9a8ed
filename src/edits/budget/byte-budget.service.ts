import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { limitsConfig } from '../../config/namespaces.js';
import { Metrics } from '../../metrics/metrics.service.js';
import { EditError } from '../../protocol/edit-error.js';
import { inMegabytes } from '../../program/megabytes.js';
import { DrainRate } from './drain-rate.js';

/** Bytes that one request or job holds. */
export interface HeldBytes {
  /** @throws EditError busy, when the service holds too much in all */
  add(bytes: number): void;
  /** So many of them are held no longer. */
  remove(bytes: number): void;
  /** Work that holds the bytes, too: they count until it is over, whatever is released before. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Nothing of it is held any more, but by work that isn't over; nothing happens the second time. */
  release(): void;
}

/** Bounds what all uploads, and the pictures of the jobs that aren't done, take together (UPLOADS_MAX_MB). */
@Injectable()
export class ByteBudget {
  private heldBytes = 0;
  private readonly drainRate = new DrainRate();

  constructor(
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
    metrics: Metrics,
  ) {
    metrics.measureUploads(() => this.heldBytes);
  }

  /**
   * Looks whether so many bytes could be held now. Nothing is set aside for them: a client that announces much and sends little
   * would keep others out.
   * @throws EditError busy
   */
  checkRoom(announcedBytes: number): void {
    if (this.heldBytes + announcedBytes > this.maxBytes) throw this.full(announcedBytes);
  }

  /** Begins to count the bytes of one request or job; it holds none yet. */
  hold(): HeldBytes {
    let own = 0;
    let isReleased = false;
    let works = 0;
    const freeAll = (): void => {
      if (!isReleased || works > 0) return;
      this.free(own);
      own = 0;
    };
    return {
      add: (bytes) => {
        if (isReleased) return;
        if (this.heldBytes + bytes > this.maxBytes) throw this.full(bytes);
        own += bytes;
        this.heldBytes += bytes;
      },
      remove: (bytes) => {
        const some = Math.min(bytes, own);
        own -= some;
        this.free(some);
      },
      during: async (work) => {
        works += 1;
        try {
          return await work;
        } finally {
          works -= 1;
          freeAll();
        }
      },
      release: () => {
        isReleased = true;
        freeAll();
      },
    };
  }

  private get maxBytes(): number {
    return this.limits.uploadsMaxBytes;
  }

  private free(bytes: number): void {
    this.heldBytes -= bytes;
    this.drainRate.add(bytes);
  }

  private full(wantedBytes: number): EditError {
    return new EditError('busy', `Uploads hold ${inMegabytes(this.maxBytes)} already, or would (UPLOADS_MAX_MB)`, {
      retryAfterSeconds: this.drainRate.secondsFor(this.heldBytes + wantedBytes - this.maxBytes),
    });
  }
}

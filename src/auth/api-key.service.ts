import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { authConfig } from '../config/namespaces.js';

/** The one key that callers present; compares without telling by its timing how much of a guess was right. */
@Injectable()
export class ApiKey {
  /** False: the service is open to everyone. */
  readonly isSet: boolean;
  /** SHA-256 of the key in UTF-8, and in Latin-1 as some clients (Python's requests) encode it. */
  private readonly digests: readonly Buffer[];

  constructor(@Inject(authConfig.KEY) auth: ConfigType<typeof authConfig>) {
    const key = auth.apiKey;
    this.isSet = key !== null;
    this.digests = key === null ? [] : encodings(key).map(digest);
  }

  /** Whether the presented bytes are the key. */
  matches(presented: Buffer): boolean {
    const guess = digest(presented);
    // Every digest is compared, so that the time doesn't depend on which one matched.
    return this.digests.map((known) => timingSafeEqual(known, guess)).includes(true);
  }
}

function encodings(key: string): Buffer[] {
  const isLatin1 = Buffer.from(key, 'latin1').toString('latin1') === key;
  return isLatin1 ? [Buffer.from(key, 'utf8'), Buffer.from(key, 'latin1')] : [Buffer.from(key, 'utf8')];
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

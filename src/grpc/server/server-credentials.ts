import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import type { TlsFiles } from '../../config/settings.js';
import { errorCode } from '../../program/error-code.js';

/** @throws Error in words that name the setting at fault */
export function serverCredentials(tls: TlsFiles | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const cert = readSetting('GRPC_TLS_CERT', tls.certFile);
  const key = readSetting('GRPC_TLS_KEY', tls.keyFile);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const cause = (error as Error).message;
    throw new Error(`GRPC_TLS_CERT and GRPC_TLS_KEY must be a certificate and its key in PEM: ${cause}`, {
      cause: error,
    });
  }
  return ServerCredentials.createSsl(null, [{ cert_chain: cert, private_key: key }]);
}

function readSetting(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${name}=${file} can't be read (${errorCode(error)})`, { cause: error });
  }
}

import path from 'node:path';
import { isLoopback, LOOPBACK } from './loopback.js';
import type { GrpcSettings, TlsFiles } from './settings.js';
import type { VariableReader } from './variable-reader.js';

/**
 * GRPC_PORT and what belongs to it; null where it is unset. Without TLS the key and the pictures can be read on the way: the
 * server then stays on loopback, unless GRPC_INSECURE says that the network is trusted.
 */
export function readGrpcSettings(variables: VariableReader): GrpcSettings | null {
  const text = variables.text('GRPC_PORT');
  const port = variables.wholeNumber('GRPC_PORT', 0, 65535, 0);
  const tls = readTls(variables);
  const isTrusted = variables.oneOf('GRPC_INSECURE', ['true', 'false'], 'false') === 'true';
  if (text === null) return null;
  const host = variables.text('HOST');
  if (tls !== null || isTrusted) return { host: host ?? '0.0.0.0', port, tls };
  if (host !== null && !isLoopback(host)) {
    variables.refuse(
      'GRPC_PORT',
      text,
      `would serve the key and pictures unencrypted on HOST=${host}: set GRPC_TLS_CERT and GRPC_TLS_KEY, or GRPC_INSECURE=true where that network is trusted`,
    );
  }
  return { host: host ?? LOOPBACK, port, tls };
}

function readTls(variables: VariableReader): TlsFiles | null {
  const [certFile, keyFile] = [variables.text('GRPC_TLS_CERT'), variables.text('GRPC_TLS_KEY')];
  if (certFile !== null && keyFile !== null)
    return { certFile: path.resolve(certFile), keyFile: path.resolve(keyFile) };
  if (certFile !== null) variables.refuse('GRPC_TLS_CERT', certFile, 'needs GRPC_TLS_KEY beside it');
  if (keyFile !== null) variables.refuse('GRPC_TLS_KEY', keyFile, 'needs GRPC_TLS_CERT beside it');
  return null;
}

import { readFileSync } from 'node:fs';
import type { DatabaseLocation, DatabaseServer, TlsFiles } from './location.js';

/**
 * The location with the texts of its TLS files.
 * @returns a sentence with the path if a file cannot be read
 */
export function readTlsFiles(location: DatabaseLocation<TlsFiles>): DatabaseLocation | string {
  if (location.kind === 'sqlite') return location;
  try {
    return { kind: location.kind, server: withTexts(location.server) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `A TLS file cannot be read: ${reason}. Correct its name, or give this user read access to it.`;
  }
}

function withTexts({ tls, ...server }: DatabaseServer<TlsFiles>): DatabaseServer {
  if (!tls) return { ...server, tls: undefined };
  const { verify, caFile, certFile, keyFile } = tls;
  return {
    ...server,
    tls: {
      verify,
      ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
      ...(certFile !== undefined && { cert: readFileSync(certFile, 'utf8') }),
      ...(keyFile !== undefined && { key: readFileSync(keyFile, 'utf8') }),
    },
  };
}

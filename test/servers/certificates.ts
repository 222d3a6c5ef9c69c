import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server's certificate and key, as PEM texts. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  /** The certificate of the authority that issued it. */
  readonly ca: string;
}

const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-sha256'];

/** A certificate for the name `localhost`, and for no address, by an authority of its own; openssl makes both. */
export function makeCertificate(): ServerCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'davgate-tls-'));
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', [...request, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    openssl('-subj', '/CN=A test', '-keyout', 'ca-key.pem', '-out', 'ca.pem');
    const extensions = ['subjectAltName=DNS:localhost', 'basicConstraints=CA:FALSE'];
    openssl(
      ...['-subj', '/CN=localhost', '-CA', 'ca.pem', '-CAkey', 'ca-key.pem'],
      ...extensions.flatMap((extension) => ['-addext', extension]),
      ...['-keyout', 'key.pem', '-out', 'cert.pem'],
    );
    const text = (name: string) => readFileSync(join(folder, name), 'utf8');
    return { cert: text('cert.pem'), key: text('key.pem'), ca: text('ca.pem') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import { readFile } from 'node:fs/promises';
import type { SvnShare, SvnSource } from '../../../src/config/kinds/svn.js';
import { Failure } from '../../../src/failure.js';
import { putFile } from '../../../src/svn/apache/put-files.js';
import { addressOf } from '../../../src/svn/upstream-address.js';
import { createUpstream } from '../../../src/svn/upstream.js';
import type { SvnService } from './svn-service.js';
import { PathRules, type PathRulesOptions } from './path-rules.js';

type Upstream = Extract<SvnSource, { kind: 'upstream' }>;

/**
 * Connects to an Apache that the administrator runs.
 * @throws Failure `unavailable` if its secret cannot be read
 */
export async function externalService(
  { path, authz }: Pick<SvnShare, 'path' | 'authz'>,
  source: Upstream,
  parts: Pick<PathRulesOptions, 'memberships' | 'log' | 'now'>,
): Promise<{ service: SvnService; close: () => void }> {
  const address = addressOf(source.origin, await readSecret(source.secretFile));
  const upstream = createUpstream({ address: () => address });
  const close = (): void => {
    upstream.close();
  };
  const { authzFile } = source;
  if (authz === undefined || authzFile === undefined) {
    return { service: { upstream }, close };
  }
  const { memberships, log, now } = parts;
  const publish = async (text: string): Promise<void> => {
    try {
      await putFile(authzFile, text);
    } catch (cause) {
      throw new Failure('unavailable', 'The path rules of this share cannot be written.', { cause });
    }
    upstream.retire();
  };
  const rules = new PathRules({ file: authz, share: path, memberships, publish, log, now });
  return { service: { upstream, rules }, close };
}

/**
 * Reads a secret from a file: one line of at least 32 characters that an Apache configuration needs no quoting for.
 * @throws Failure `unavailable` with a message for the administrator
 */
export async function readSecret(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('unavailable', 'The file of "upstreamSecretFile" cannot be read.', { cause });
  }
  const secret = text.trim();
  if (/^[A-Za-z0-9._~+/=-]{32,1024}$/.test(secret)) return secret;
  throw new Failure(
    'unavailable',
    'The file of "upstreamSecretFile" must hold one line of at least 32 letters and digits, as `openssl rand -hex 32` prints.',
  );
}

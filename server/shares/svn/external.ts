import type { SvnShare, SvnSource } from '../../../src/config/kinds/svn.js';
import { Failure } from '../../../src/failure.js';
import { putFile } from '../../../src/svn/apache/put-files.js';
import { addressOf } from '../../../src/svn/upstream-address.js';
import { createUpstream } from '../../../src/svn/upstream.js';
import { readSecret } from '../read-secret.js';
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
  const address = addressOf(source.origin, await readSecret(source.secretFile, 'upstreamSecretFile'));
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

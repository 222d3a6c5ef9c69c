import type { GuardDeclaration } from '../../src/config/guard-section.js';
import { TrustedProxies } from '../../src/http/client-address.js';
import type { Asked } from '../../src/http/guard/asked.js';
import { readSecret } from '../shares/read-secret.js';
import { guardVerdicts, type GuardParts, type Judged } from './guard-verdict.js';

/** What other servers are answered from, as long as one declaration holds. */
export interface OpenGuard {
  /** Who may ask by HTTP. */
  readonly proxies: TrustedProxies;
  /** What Apache must know; undefined where it does not ask. */
  readonly secret: string | undefined;
  readonly judge: (asked: Asked) => Promise<Judged>;
}

/** @throws Failure `unavailable` where the secret cannot be read */
export async function openGuard(
  { proxies, fastcgi }: GuardDeclaration,
  parts: Omit<GuardParts, 'trusted'> & { readonly trustedProxies: readonly string[] },
): Promise<OpenGuard> {
  const { trustedProxies } = parts;
  const trusted = {
    http: new TrustedProxies([...trustedProxies, ...proxies]),
    fastcgi: new TrustedProxies(trustedProxies),
  };
  return {
    proxies: new TrustedProxies(proxies),
    secret: fastcgi && (await readSecret(fastcgi.secretFile, 'guard.fastcgi.secretFile')),
    judge: guardVerdicts({ ...parts, trusted }),
  };
}

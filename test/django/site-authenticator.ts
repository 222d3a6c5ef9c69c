import { DerivationGate } from '../../src/credentials/derivation-gate.js';
import { DirectoryAuthenticator } from '../../src/credentials/directory-authenticator.js';
import { DerivationPool } from '../../src/django/hashers/derivation-pool.js';
import { createHashers } from '../../src/django/hashers/django-hashers.js';
import { SitePasswords } from '../../src/django/hashers/site-passwords.js';
import type { ModelDirectory } from '../../src/django/model-directory.js';

/**
 * An authenticator of a real directory's users, with Django's default hasher.
 * @param now milliseconds on a clock that never goes back
 */
export function siteAuthenticator(
  directory: ModelDirectory,
  now = () => performance.now(),
): DirectoryAuthenticator {
  const hashers = createHashers(['pbkdf2_sha256']);
  const deriver = new DerivationPool({ size: 2 });
  return new DirectoryAuthenticator({
    directory,
    passwords: new SitePasswords({ hashers, deriver, samples: directory, now }),
    gate: new DerivationGate({ atOnce: 2 }),
    now,
  });
}

import type { Hasher } from './hasher.js';

// Costs over 16 would keep a thread busy for many seconds; Django uses 12. The last character of the salt and of the
// hash has fewer bits than the others, so bcrypt writes only certain characters there.
const form = /^\$2[aby]\$(0[4-9]|1[0-6])\$([./A-Za-z0-9]{21}[.Oeu])([./A-Za-z0-9]{30}[.CGKOSWaeimquy26])$/;

/** `bcrypt_sha256$$2b$12$…` (BCryptSHA256PasswordHasher): the whole password counts, whatever its length. */
export const bcryptSha256 = bcryptHasher('bcrypt_sha256', true);

/** `bcrypt$$2b$12$…` (BCryptPasswordHasher): only the first 72 bytes count. */
export const bcrypt = bcryptHasher('bcrypt', false);

function bcryptHasher(algorithm: string, prehashed: boolean): Hasher {
  const prefix = `${algorithm}$`;
  return {
    algorithm,
    standard: { kind: 'bcrypt', prehashed, cost: 12, salt: 'nobodyHasThisSaltHere.' },
    read: (encoded) => {
      if (!encoded.startsWith(prefix)) return undefined;
      const [, cost, salt, derived] = form.exec(encoded.slice(prefix.length)) ?? [];
      if (cost === undefined || salt === undefined || derived === undefined) return undefined;
      return { derivation: { kind: 'bcrypt', prehashed, cost: Number(cost), salt }, derived };
    },
  };
}

import { algorithmIn, type HasherRegistry } from './site-hashers.js';
import { knownAlgorithms } from './django-hashers.js';

/** Why nobody can sign in with a stored password. */
export type PasswordFault =
  /** Django's `set_unusable_password`: the user signs in elsewhere, or not at all. */
  | { readonly kind: 'unusable' }
  /** The site's list of hashers lacks this one. */
  | { readonly kind: 'not-accepted'; readonly algorithm: string }
  /** davgate does not support this hasher; undefined if the text names none. */
  | { readonly kind: 'unknown'; readonly algorithm: string | undefined }
  | { readonly kind: 'broken'; readonly algorithm: string };

/** @returns undefined for a password that somebody may sign in with */
export function passwordFault(hashers: HasherRegistry, encoded: string): PasswordFault | undefined {
  if (encoded === '' || encoded.startsWith('!')) return { kind: 'unusable' };
  if (hashers.read(encoded)) return undefined;
  const algorithm = algorithmIn(encoded);
  if (hashers.algorithms.includes(algorithm)) return { kind: 'broken', algorithm };
  if (knownAlgorithms.includes(algorithm)) return { kind: 'not-accepted', algorithm };
  return { kind: 'unknown', algorithm: nameOf(encoded) };
}

/** In a form that is not Django's, the text before the first `$` may be a whole hash. */
function nameOf(encoded: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9_]{0,31})\$/.exec(encoded)?.[1];
}

/** Where a site's hashers are listed: in its own settings, or in the declaration. */
export type HashersAt = 'settings' | 'declaration';

/** What follows "the password of …" in a sentence, with a remedy; never contains any part of the password. */
export function faultInWords(fault: PasswordFault, at: HashersAt): string {
  switch (fault.kind) {
    case 'unusable':
      return 'is unusable: they sign in elsewhere, such as by LDAP or single sign-on';
    case 'not-accepted':
      return `is hashed by ${fault.algorithm}, which is not accepted: add it to ${listName(at)}`;
    case 'unknown':
      return (
        `is hashed by ${fault.algorithm ?? 'an unnamed hasher'}, which davgate does not support: ` +
        `have it reset with a hasher of ${listName(at)}`
      );
    case 'broken':
      return `is a broken or too costly hash of ${fault.algorithm}: have it reset`;
  }
}

function listName(at: HashersAt): string {
  return at === 'settings' ? 'PASSWORD_HASHERS in the site\u2019s settings' : '"django.hashers"';
}

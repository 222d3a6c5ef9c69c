import { statusOf, type Failure } from '../../failure.js';
import type { HeaderList } from '../message.js';
import type { Asker } from './asked.js';

/** Who is in, as another server is told. */
interface Admitted {
  readonly user: string;
  readonly groups: ReadonlySet<string>;
  /** The full name; missing where the site has none. */
  readonly name?: string;
  /** The e-mail address; missing where the site has none. */
  readonly email?: string;
}

/** What another server is told about a request of its client's. */
export type Verdict =
  /** `admitted` is missing for somebody who has not signed in, where everybody may read. */
  | { readonly kind: 'allowed'; readonly admitted?: Admitted }
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** A person with a browser who has to log in first. */
  | { readonly kind: 'login'; readonly location: string };

/** The status that the client gets, unless its server makes it another. */
export function statusOfVerdict(verdict: Verdict): number {
  switch (verdict.kind) {
    case 'allowed':
      return 200;
    case 'login':
      return 302;
    case 'refused':
      return statusOf(verdict.failure.kind);
  }
}

/** More bytes are left out: servers take header fields of 4 or 8 KiB in all. */
const most = { groups: 2048, name: 768, email: 320 };

// eslint-disable-next-line no-control-regex -- these are what is looked for
const escaped = /[%,\x00-\x1f\x7f]/g;

/**
 * The groups on one line, separated by commas: in a name `%`, `,` and controls are percent-encoded. Empty where they would
 * be too long.
 */
export function groupsOnOneLine({ groups }: Admitted): string {
  const line = [...groups]
    .sort()
    .map((name) => name.replace(escaped, (character) => encodeURIComponent(character)))
    .join(',');
  return Buffer.byteLength(line) <= most.groups ? line : '';
}

/** The full name on one line: each run of white space and control characters is a space. Empty where it is too long. */
export function nameOnOneLine({ name = '' }: Admitted): string {
  const line = name.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return Buffer.byteLength(line) <= most.name ? line : '';
}

/** The e-mail address; empty where it is too long or has white space or control characters: changed, it is another one. */
export function emailOnOneLine({ email = '' }: Admitted): string {
  return /[\s\p{Cc}\p{Zl}\p{Zp}]/u.test(email) || Buffer.byteLength(email) > most.email ? '' : email;
}

/**
 * The header fields by which a server learns who is in; in UTF-8, of which Node writes each character as a byte. A name and
 * an address that a user has not are left out, and all of them for nobody, except for Caddy: it would pass on the name of
 * its own variable.
 */
export function identityFieldsOf(admitted: Admitted | undefined, by: Asker): HeaderList {
  if (!admitted) return by === 'caddy' ? identityFields.map((name) => [name, '']) : [];
  const optional: HeaderList = [
    ['Remote-Name', bytesOf(nameOnOneLine(admitted))],
    ['Remote-Email', bytesOf(emailOnOneLine(admitted))],
  ];
  return [
    ['Remote-User', bytesOf(admitted.user)],
    ['Remote-Groups', bytesOf(groupsOnOneLine(admitted))],
    ...optional.filter(([, value]) => value !== '' || by === 'caddy'),
  ];
}

const identityFields = ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email'];

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

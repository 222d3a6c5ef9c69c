import { statusOf, type Failure } from '../../failure.js';
import type { HeaderList } from '../message.js';

/** Who is in, as another server is told. */
interface Admitted {
  readonly user: string;
  readonly groups: ReadonlySet<string>;
}

/** What another server is told about a request of its client's. */
export type Verdict =
  | { readonly kind: 'allowed'; readonly admitted: Admitted }
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

/** More bytes of groups are left out: servers take header fields of 4 or 8 KiB in all. */
const mostGroupBytes = 2048;

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
  return Buffer.byteLength(line) <= mostGroupBytes ? line : '';
}

/**
 * The header fields by which a server learns who is in; in UTF-8, of which Node writes each character as a byte. Both are
 * always there: for a missing one Caddy would pass on the name of its own variable.
 */
export function identityFieldsOf(admitted: Admitted): HeaderList {
  return [
    ['Remote-User', bytesOf(admitted.user)],
    ['Remote-Groups', bytesOf(groupsOnOneLine(admitted))],
  ];
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

import type { HeaderList } from '../../http/message.js';

/** What of RFC 7240's Prefer header field the engine knows (RFC 8144). */
export interface Preferences {
  /** `return=minimal`: leave out what the client can do without. */
  readonly minimal: boolean;
  /** `depth-noroot`: tell of the members only. */
  readonly noRoot: boolean;
}

/** One preference: a token, and a value that may be quoted; parameters follow after semicolons. */
const preference = /^\s*([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s;"]*)))?\s*(?:;.*)?$/;

/** Reads a Prefer header field; what is not known or cannot be read is as if it were not there. */
export function parsePrefer(field: string | undefined): Preferences {
  const found = new Map<string, string>();
  for (const part of field?.match(/(?:[^,"]|"[^"]*"|")+/g) ?? []) {
    const [, name, quoted, plain] = preference.exec(part) ?? [];
    // RFC 7240 section 2: of a preference that is repeated the first counts.
    if (name !== undefined && !found.has(name.toLowerCase())) {
      found.set(name.toLowerCase(), quoted ?? plain ?? '');
    }
  }
  return {
    minimal: found.get('return')?.toLowerCase() === 'minimal',
    noRoot: found.get('depth-noroot') === '',
  };
}

/** The header fields of an answer that these preferences shaped. */
export function preferenceHeaders({ minimal, noRoot }: Preferences): HeaderList {
  const applied = [...(minimal ? ['return=minimal'] : []), ...(noRoot ? ['depth-noroot'] : [])];
  return [
    ['Vary', 'Prefer'],
    ...(applied.length === 0 ? [] : [['Preference-Applied', applied.join(', ')] as const]),
  ];
}

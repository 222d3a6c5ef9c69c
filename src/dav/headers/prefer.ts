import type { HeaderList } from '../../http/message.js';

/** What of RFC 7240's Prefer header field the engine knows (RFC 8144). */
export interface Preferences {
  /** `return=minimal`: leave out what the client can do without. */
  readonly minimal: boolean;
  /** `depth-noroot`: tell of the members only. */
  readonly noRoot: boolean;
}

/** Characters that are read; a longer field is as if it were not there. */
const maximumLength = 8192;

const token = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Reads a Prefer header field; what is not known or cannot be read is as if it were not there. */
export function parsePrefer(field: string | undefined): Preferences {
  const found = new Map<string, string>();
  for (const part of field === undefined || field.length > maximumLength ? [] : cut(field, ',')) {
    // A token, and a value that may be quoted; parameters follow after semicolons.
    const [preference = ''] = cut(part, ';');
    const equals = preference.indexOf('=');
    const name = (equals === -1 ? preference : preference.slice(0, equals)).trim().toLowerCase();
    const value = equals === -1 ? '' : valueOf(preference.slice(equals + 1).trim());
    // RFC 7240 section 2: of a preference that is repeated the first counts.
    if (value !== undefined && token.test(name) && !found.has(name)) found.set(name, value);
  }
  return {
    minimal: found.get('return')?.toLowerCase() === 'minimal',
    noRoot: found.get('depth-noroot') === '',
  };
}

/** Cuts a text at each separator that is not in quotes; a quotation mark that is not closed is one like any other. */
function cut(text: string, separator: string): string[] {
  const parts: string[] = [];
  let begin = 0;
  const lastMark = text.lastIndexOf('"');
  for (let position = 0; position < text.length; position += 1) {
    const character = text.charAt(position);
    if (character === '"' && position < lastMark) position = text.indexOf('"', position + 1);
    else if (character === separator) {
      parts.push(text.slice(begin, position));
      begin = position + 1;
    }
  }
  return [...parts, text.slice(begin)];
}

/** @returns undefined for what is neither in quotes nor free of spaces and quotes */
function valueOf(text: string): string | undefined {
  if (/^"[^"]*"$/.test(text)) return text.slice(1, -1);
  return /^[^\s"]*$/.test(text) ? text : undefined;
}

/** The header fields of an answer that these preferences shaped. */
export function preferenceHeaders({ minimal, noRoot }: Preferences): HeaderList {
  const applied = [...(minimal ? ['return=minimal'] : []), ...(noRoot ? ['depth-noroot'] : [])];
  return [
    ['Vary', 'Prefer'],
    ...(applied.length === 0 ? [] : [['Preference-Applied', applied.join(', ')] as const]),
  ];
}

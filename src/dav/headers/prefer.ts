import type { HeaderList } from '../../http/message.js';

/** The preferences of RFC 7240's Prefer header field that the engine supports (RFC 8144). */
export interface Preferences {
  /** `return=minimal`: omit what the client can do without. */
  readonly minimal: boolean;
  /** `depth-noroot`: report the members only. */
  readonly noRoot: boolean;
}

/** The most characters to read; a longer field is ignored. */
const maximumLength = 8192;

const token = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Reads a Prefer header field; ignores what it does not know or cannot read. */
export function parsePrefer(field: string | undefined): Preferences {
  const found = new Map<string, string>();
  for (const part of field === undefined || field.length > maximumLength ? [] : cut(field, ',')) {
    // A token, and a value that may be quoted; parameters follow after semicolons.
    const [preference = ''] = cut(part, ';');
    const equals = preference.indexOf('=');
    const name = (equals === -1 ? preference : preference.slice(0, equals)).trim().toLowerCase();
    const value = equals === -1 ? '' : valueOf(preference.slice(equals + 1).trim());
    // RFC 7240 section 2: if a preference is repeated, the first one counts.
    if (value !== undefined && token.test(name) && !found.has(name)) found.set(name, value);
  }
  return {
    minimal: found.get('return')?.toLowerCase() === 'minimal',
    noRoot: found.get('depth-noroot') === '',
  };
}

/** Splits a text at each separator outside quotes; an unclosed quotation mark is an ordinary character. */
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

/** @returns undefined for a value that is neither quoted nor free of spaces and quotes */
function valueOf(text: string): string | undefined {
  if (/^"[^"]*"$/.test(text)) return text.slice(1, -1);
  return /^[^\s"]*$/.test(text) ? text : undefined;
}

/** The header fields of an answer that these preferences have shaped. */
export function preferenceHeaders({ minimal, noRoot }: Preferences): HeaderList {
  const applied = [...(minimal ? ['return=minimal'] : []), ...(noRoot ? ['depth-noroot'] : [])];
  return [
    ['Vary', 'Prefer'],
    ...(applied.length === 0 ? [] : [['Preference-Applied', applied.join(', ')] as const]),
  ];
}

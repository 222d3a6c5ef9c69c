import mime from 'mime-types';

/** What an answer is called of which nothing else is known. */
export const unknownType = 'application/octet-stream';

/** The Content-Type for a file of this name, with charset UTF-8 for text; `application/octet-stream` if unknown. */
export function contentTypeOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return (dot > 0 && mime.contentType(name.slice(dot))) || unknownType;
}

/** The longest field that is read, in characters; RFC 6838 section 4.2 has 127 for each half of a type. */
const longest = 1024;

const mediaType = new RegExp(
  String.raw`^(?<essence>[a-z0-9][\w!#$&^.+-]{0,126}/[a-z0-9][\w!#$&^.+-]{0,126})[ \t]*` +
    String.raw`(?<parameters>(?:;[ \t]*(?:[\w!#$%&'*+.^|~\`-]+=(?:[\w!#$%&'*+.^|~\`-]+|"[^\\",;\x00-\x1f\x7f-\uffff]*")[ \t]*)?)*)$`,
  'i',
);
/** Of what files are called here, which is nearly all that is asked for. */
const essences: ReadonlyMap<string, string> = new Map(
  Object.keys(mime.extensions).flatMap((type) => {
    const field = mime.contentType(type);
    return field === false ? [] : [[field, type]];
  }),
);

const parameterName = /;[ \t]*([^=;\s]+)=/g;

/**
 * The type and subtype of a Content-Type field in lower case, where the field is one media type as RFC 9110 section
 * 8.3.1 writes it and nothing else. Several joined by commas, a parameter given twice, and quoted strings in which a
 * reader could see the end of the type (commas, semicolons, escapes) make it none: readers take different parts of them.
 */
export function essenceOf(field: string): string | undefined {
  return essences.get(field) ?? parseEssence(field);
}

function parseEssence(field: string): string | undefined {
  const found = field.length <= longest ? mediaType.exec(field)?.groups : undefined;
  const { essence, parameters = '' } = found ?? {};
  if (essence === undefined) return undefined;
  if (parameters === '') return essence.toLowerCase();
  const names = Array.from(parameters.matchAll(parameterName), ([, name = '']) => name.toLowerCase());
  return new Set(names).size === names.length ? essence.toLowerCase() : undefined;
}

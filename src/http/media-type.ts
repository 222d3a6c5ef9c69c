import mime from 'mime-types';

/** The type of content about which nothing else is known. */
export const unknownType = 'application/octet-stream';

/** By extension in lower case, because the library takes as long for one file as opening it. */
const byExtension: ReadonlyMap<string, string> = new Map(
  Object.keys(mime.types).flatMap((extension) => {
    const field = mime.contentType(`.${extension}`);
    return field === false ? [] : [[extension, field]];
  }),
);

/** The Content-Type for a file with this name, with charset UTF-8 for text; `application/octet-stream` if unknown. */
export function contentTypeOf(name: string): string {
  const dot = name.lastIndexOf('.');
  const known = dot > 0 ? byExtension.get(name.slice(dot + 1).toLowerCase()) : undefined;
  return known ?? unknownType;
}

/** The longest field to read, in characters; RFC 6838 section 4.2 allows 127 for each half of a type. */
const longest = 1024;

const mediaType = new RegExp(
  String.raw`^(?<essence>[a-z0-9][\w!#$&^.+-]{0,126}/[a-z0-9][\w!#$&^.+-]{0,126})[ \t]*` +
    String.raw`(?<parameters>(?:;[ \t]*(?:[\w!#$%&'*+.^|~\`-]+=(?:[\w!#$%&'*+.^|~\`-]+|"[^\\",;\x00-\x1f\x7f-\uffff]*")[ \t]*)?)*)$`,
  'i',
);
/** The types of the fields that `contentTypeOf` returns, which are nearly all that occur. */
const essences: ReadonlyMap<string, string> = new Map(
  Object.keys(mime.extensions).flatMap((type) => {
    const field = mime.contentType(type);
    return field === false ? [] : [[field, type]];
  }),
);

const parameterName = /;[ \t]*([^=;\s]+)=/g;

/**
 * The type and subtype of a Content-Type field in lower case, if the field is exactly one media type in the form of
 * RFC 9110 section 8.3.1. Several types joined by commas, a repeated parameter, and quoted strings in which a reader
 * could see the end of the type (commas, semicolons, escapes) are refused, because different readers take different
 * parts of them.
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

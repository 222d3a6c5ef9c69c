import { Failure } from '../failure.js';
import { encodeRaw, withoutPadding } from '../http/destination.js';

const schemeAndAuthority = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/**
 * A request target (RFC 9112 section 3.2) in origin form, with the client's exact bytes.
 * @throws Failure `malformed` for any form but origin form and absolute form
 */
export function originForm(rawTarget: string): string {
  if (rawTarget.startsWith('/')) return rawTarget;
  const rest = rawTarget.replace(schemeAndAuthority, '');
  if (rest === rawTarget || !/^(?:$|[/?])/.test(rest)) {
    throw new Failure('malformed', 'The request target must be an absolute path.');
  }
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The decoded path `path` below that of a request target, in origin form. */
export function pathBelow(rawTarget: string, path: string): string {
  const [base = ''] = originForm(rawTarget).split('?', 1);
  const segments = path.split('/').filter((segment) => segment !== '');
  return [base.replace(/\/$/, ''), ...segments.map(encodeURIComponent)].join('/');
}

/**
 * A Destination header field (RFC 4918 section 10.3) with the same path on `origin`, because mod_dav answers 502 if
 * scheme, host or port differ from its own. The caller checks that the client meant this server.
 * @param origin scheme and authority without a slash, such as `http://127.0.0.1:8081`
 * @throws Failure `malformed` for anything but an absolute URI or an absolute path, and as {@link encodeRaw}
 */
export function destinationAt(origin: string, field: string): string {
  return origin + originForm(encodeRaw(withoutPadding(field)));
}

/**
 * An If header field (RFC 4918 section 10.4) whose resource tags name the same paths on `origin`. Lists in parentheses
 * contain state tokens and entity tags, and stay as they are.
 * @throws Failure as {@link encodeRaw}
 */
export function ifAt(origin: string, field: string): string {
  let text = '';
  let position = 0;
  while (position < field.length) {
    const opening = field[position];
    const end =
      opening === '<'
        ? field.indexOf('>', position)
        : opening === '('
          ? endOfList(field, position)
          : position;
    // An unclosed part violates the grammar; the child reports that.
    if (end === -1) return text + field.slice(position);
    const part = field.slice(position, end + 1);
    text += opening === '<' ? `<${tagAt(origin, part.slice(1, -1))}>` : part;
    position = end + 1;
  }
  return text;
}

/** The end of the list that begins at `position`: entity tags may contain parentheses. */
function endOfList(field: string, position: number): number {
  let quoted = false;
  for (let index = position; index < field.length; index += 1) {
    if (field[index] === '"') quoted = !quoted;
    else if (field[index] === ')' && !quoted) return index;
  }
  return -1;
}

function tagAt(origin: string, tag: string): string {
  return encodeRaw(tag).replace(schemeAndAuthority, () => origin);
}

/**
 * A Location header field of the child in the form that the client must see.
 * @param childOrigins the origins by which the child may name itself
 * @param publicOrigin scheme and authority that the client uses; without it the result is the path alone (RFC 9110
 *   section 10.2.2), which has the same origin
 */
export function publicLocation(
  field: string,
  childOrigins: readonly string[],
  publicOrigin: string | undefined,
): string {
  const [origin = ''] = schemeAndAuthority.exec(field) ?? [];
  if (!childOrigins.includes(origin.toLowerCase())) return field;
  const path = field.slice(origin.length);
  return (publicOrigin ?? '') + (path.startsWith('/') ? path : `/${path}`);
}

import { Failure } from '../failure.js';

const schemeAndAuthority = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/**
 * A request target (RFC 9112 section 3.2) in origin form, byte for byte as the client wrote it.
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

/** The path `path`, decoded, below that of a request target, in origin form. */
export function pathBelow(rawTarget: string, path: string): string {
  const [base = ''] = originForm(rawTarget).split('?', 1);
  const segments = path.split('/').filter((segment) => segment !== '');
  return [base.replace(/\/$/, ''), ...segments.map(encodeURIComponent)].join('/');
}

/**
 * A Destination header field (RFC 4918 section 10.3) that names the same path on `origin`, because mod_dav answers 502
 * when scheme, host or port differ from its own. That the client meant this server is checked by the caller.
 * @param origin scheme and authority without a slash, such as `http://127.0.0.1:8081`
 * @throws Failure `malformed` for what is neither an absolute URI nor an absolute path
 */
export function destinationAt(origin: string, field: string): string {
  return origin + originForm(field.trim());
}

/**
 * An If header field (RFC 4918 section 10.4) whose resource tags name the same paths on `origin`. Lists in parentheses
 * hold state tokens and entity tags, and stay as they are, as does what follows a bracket that is never closed.
 */
export function ifAt(origin: string, field: string): string {
  let mapped = '';
  let copied = 0;
  for (let at = 0; at < field.length; at += 1) {
    const bracket = field[at];
    if (bracket !== '<' && bracket !== '(') continue;
    const end = field.indexOf(bracket === '<' ? '>' : ')', at);
    if (end === -1) break;
    const tag = bracket === '<' ? field.slice(at + 1, end) : '';
    if (schemeAndAuthority.test(tag)) {
      mapped += `${field.slice(copied, at)}<${tag.replace(schemeAndAuthority, origin)}>`;
      copied = end + 1;
    }
    at = end;
  }
  return mapped + field.slice(copied);
}

/**
 * A Location header field of the child as the client must see it.
 * @param childOrigins the origins that the child may name itself by
 * @param publicOrigin scheme and authority that the client uses; without it the path alone is given (RFC 9110 section
 *   10.2.2), which names the same origin
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

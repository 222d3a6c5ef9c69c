import { createHash, timingSafeEqual } from 'node:crypto';
import { secretVariable } from '../../src/http/guard/apache-config.js';
import type { Asked } from '../../src/http/guard/asked.js';
import type { HeaderList } from '../../src/http/message.js';

/** Whether who calls knows the secret, in a time that tells nothing of it. */
export function knowsSecret(variables: ReadonlyMap<string, string>, secret: string | undefined): boolean {
  const said = variables.get(secretVariable);
  if (said === undefined || secret === undefined) return false;
  return timingSafeEqual(digest(said), digest(secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}

/** What Apache asks, from the variables of CGI (RFC 3875 section 4.1) that it sends of its client's request. */
export function askedByApache(variables: ReadonlyMap<string, string>, connection: object): Asked {
  const fields: HeaderList = [...variables].flatMap(([name, value]) =>
    name.startsWith('HTTP_') ? [[name.slice(5).toLowerCase().replaceAll('_', '-'), value] as const] : [],
  );
  const authorization = authorizationIn(variables);
  return {
    by: 'apache',
    method: variables.get('REQUEST_METHOD') ?? '',
    rawTarget: variables.get('REQUEST_URI') ?? '',
    headers: { ...Object.fromEntries(fields), ...(authorization !== undefined && { authorization }) },
    fields,
    address: variables.get('REMOTE_ADDR'),
    scheme: variables.get('REQUEST_SCHEME') === 'https' || variables.get('HTTPS') === 'on' ? 'https' : 'http',
    connection,
  };
}

/** Apache keeps the Authorization field to itself (CGIPassAuth), and sends what it has read there. */
function authorizationIn(variables: ReadonlyMap<string, string>): string | undefined {
  const [user, password] = [variables.get('REMOTE_USER'), variables.get('REMOTE_PASSWD')];
  if (user === undefined || password === undefined) return variables.get('HTTP_AUTHORIZATION');
  // A colon in the name would move into the password.
  if (user.includes(':')) return undefined;
  return `Basic ${Buffer.from(`${user}:${password}`, 'latin1').toString('base64')}`;
}

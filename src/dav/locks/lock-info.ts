import { Failure } from '../../failure.js';
import { davChild, elementsOf, isDav, languageOf, type XmlElement } from '../../xml/element.js';
import { serialize } from '../../xml/write.js';
import type { Lock } from './lock-store.js';

/** The most bytes of a stored owner element: every member of a locked collection shows it. */
const maximumOwnerBytes = 1024;

/**
 * Reads a lockinfo element (RFC 4918 section 14.11). The owner is stored as the client sent it.
 * @throws Failure `malformed`; `unprocessable` for a lock other than a write lock; `too-large` for the owner
 */
export function parseLockInfo(root: XmlElement): Pick<Lock, 'scope' | 'owner'> {
  if (!isDav(root, 'lockinfo')) {
    throw new Failure('malformed', 'The body must be a lockinfo element.');
  }
  const scopes = davChild(root, 'lockscope');
  const scope = (['exclusive', 'shared'] as const).filter((name) => scopes && davChild(scopes, name));
  const [only, ...others] = scope;
  if (only === undefined || others.length > 0) {
    throw new Failure('malformed', 'lockscope must be exclusive or shared.');
  }
  const type = davChild(root, 'locktype');
  if (!type || elementsOf(type).length === 0)
    throw new Failure('malformed', 'lockinfo must contain a locktype.');
  if (!davChild(type, 'write')) throw new Failure('unprocessable', 'This server supports write locks only.');
  return { scope: only, owner: ownerIn(root) };
}

function ownerIn(root: XmlElement): string {
  const owner = davChild(root, 'owner');
  if (!owner) return '';
  const language = languageOf(owner) === undefined ? languageOf(root) : undefined;
  const text = serialize(owner, maximumOwnerBytes, language);
  if (text === undefined || Buffer.byteLength(text) > maximumOwnerBytes) {
    throw new Failure('too-large', `The owner element must not exceed ${maximumOwnerBytes} bytes.`);
  }
  return text;
}

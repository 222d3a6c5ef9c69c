import { Failure } from '../../failure.js';
import { clarkName, davChild, elementsOf, languageOf, type XmlElement } from '../xml/element.js';
import { serialize } from '../xml/write.js';
import type { Lock } from './lock-store.js';

/** Characters of the owner element as it is kept: it is shown with each member of a locked collection. */
const maximumOwnerLength = 4096;

/**
 * Reads a lockinfo element (RFC 4918 section 14.11). The owner is kept as it was sent.
 * @throws Failure `malformed`, `unprocessable` for a lock other than a write lock, `too-large` for the owner
 */
export function parseLockInfo(root: XmlElement): Pick<Lock, 'scope' | 'owner'> {
  if (clarkName(root) !== '{DAV:}lockinfo') {
    throw new Failure('malformed', 'The body must be a lockinfo element.');
  }
  const scopes = namesIn(davChild(root, 'lockscope'));
  const scope = (['exclusive', 'shared'] as const).filter((name) => scopes.includes(`{DAV:}${name}`));
  const [only, ...others] = scope;
  if (only === undefined || others.length > 0) {
    throw new Failure('malformed', 'lockscope must be exclusive or shared.');
  }
  const types = namesIn(davChild(root, 'locktype'));
  if (types.length === 0) throw new Failure('malformed', 'lockinfo must hold a locktype.');
  if (!types.includes('{DAV:}write')) throw new Failure('unprocessable', 'There are only write locks here.');
  return { scope: only, owner: ownerIn(root) };
}

function ownerIn(root: XmlElement): string {
  const owner = davChild(root, 'owner');
  if (!owner) return '';
  const text = serialize(owner, languageOf(owner) === undefined ? languageOf(root) : undefined);
  if (text.length > maximumOwnerLength) {
    throw new Failure('too-large', `The owner element is over ${maximumOwnerLength} characters.`);
  }
  return text;
}

function namesIn(parent: XmlElement | undefined): string[] {
  return parent ? elementsOf(parent).map(clarkName) : [];
}

import { isAnonymous, type Visitor } from '../../src/access/identity.js';
import { placeOf } from '../../src/credentials/throttle.js';

/**
 * Whom a request is counted to: a user by name; people without one by the network they come from, as logins are. Django
 * lets nobody have a name with a NUL in it (django.core.validators.ProhibitNullCharactersValidator).
 * @param address the client's
 */
export function ownerOf(visitor: Visitor, address: string | undefined): string {
  return isAnonymous(visitor) ? `\0${placeOf(address)}` : visitor.username;
}

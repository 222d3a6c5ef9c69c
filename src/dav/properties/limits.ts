import { Failure } from '../../failure.js';
import type { ClarkName } from './property-store.js';

/** Properties that one request may name, and the characters of one name in Clark notation. */
const maximumNames = 256;
const maximumNameLength = 512;

/**
 * Each name is repeated in the answer for each resource that lacks the property, so a small request could ask for an
 * answer without end.
 * @throws Failure `too-large`
 */
export function requireFewNames(names: readonly ClarkName[]): void {
  if (names.length > maximumNames) {
    throw new Failure('too-large', `A request may name ${maximumNames} properties at most.`);
  }
  if (names.some((name) => name.length > maximumNameLength)) {
    throw new Failure(
      'too-large',
      `A property\u2019s name may have ${maximumNameLength} characters at most.`,
    );
  }
}

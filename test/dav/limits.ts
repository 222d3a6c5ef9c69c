import type { LockLimits } from '../../src/dav/locks/limits.js';
import type { XmlLimits } from '../../src/dav/xml/parse.js';

/** What the tests' sites allow, as a declaration does that says nothing of it. */
export const xmlLimits: XmlLimits = {
  size: 1024 * 1024,
  depth: 64,
  attributes: 64,
  elements: 10_000,
  namespaces: 1000,
};
export const lockLimits: LockLimits = { lifetime: 3600, perUser: 1000 };

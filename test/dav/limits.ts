import { Allowance } from '../../src/async/allowance.js';
import type { LockLimits } from '../../src/dav/locks/limits.js';
import type { PropertyLimits } from '../../src/dav/properties/limits.js';
import type { XmlLimits } from '../../src/xml/tree.js';

/** What the tests' sites allow, as a declaration does that says nothing of it. */
export const xmlLimits: XmlLimits = {
  size: 1024 * 1024,
  depth: 64,
  attributes: 64,
  elements: 10_000,
  namespaces: 1000,
};
export const lockLimits: LockLimits = { lifetime: 3600, perUser: 1000, inAll: 10_000 };
export const propertyLimits: PropertyLimits = {
  perProperty: 64 * 1024,
  perResource: 256 * 1024,
  perUser: 64 * 1024 ** 2,
  perShare: 512 * 1024 ** 2,
};

/** For bodies that are being read. */
export function xmlAllowance(): Allowance {
  return new Allowance({ perOwner: 8 * 1024 ** 2, inAll: 64 * 1024 ** 2 });
}

import type { Difference } from './outcomes.js';

/** Tests that cannot pass through davgate, and why that is so. */
const reasons: ReadonlyMap<string, string> = new Map([
  [
    'authz_tests.py 11',
    'A group that the rules do not define makes the file invalid for svn; davgate takes it for one of Django’s.',
  ],
]);

/** Why a test differs, where it is meant to. */
export function reasonFor({ test }: Difference): string | undefined {
  return reasons.get(test);
}

import { guardAccess } from '../../src/access/required-access.js';
import type { GuardShare } from '../../src/config/kinds/guard.js';
import { Failure } from '../../src/failure.js';
import { openEach } from './open-each.js';
import type { Share, ShareKind } from './share.js';

/** What another web server serves; davgate only tells it who may. */
export const guardKind: ShareKind<GuardShare> = {
  words: 'Served by another server',
  names: 'portable',
  errors: 'dav',
  requires: guardAccess,
  refuses: () => undefined,
  open: (declared) => openEach(declared, openGuard),
};

function openGuard(declared: GuardShare): Share {
  return {
    declared,
    methods: () => Promise.resolve(''),
    // No request of davgate's own is for a guard: ShareMap finds none there.
    serve: () => Promise.reject(new Failure('not-found', 'There is no share here.')),
    close: () => undefined,
  };
}

import type { Identity } from '../../src/access/identity.js';

/** An ordinary active user, but for what is said otherwise. */
export function user(
  what: Partial<Pick<Identity, 'username' | 'isStaff' | 'isSuperuser'>> & {
    readonly groups?: readonly string[];
    readonly permissions?: readonly string[];
  } = {},
): Identity {
  const { groups = [], permissions = [], ...rest } = what;
  return {
    id: '7',
    username: 'alice',
    isStaff: false,
    isSuperuser: false,
    ...rest,
    groups: new Set(groups),
    permissions: new Set(permissions),
  };
}

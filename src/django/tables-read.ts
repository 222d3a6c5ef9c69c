import type { DjangoSite } from './site.js';

/** The tables of a site that davgate reads, beginning with the users'. */
export function tablesRead({ user, sessions }: Pick<DjangoSite<unknown>, 'user' | 'sessions'>): string[] {
  const { table, groups, permissions } = user;
  return [
    table,
    ...(groups ? [groups.table, 'auth_group', 'auth_group_permissions'] : []),
    ...(permissions ? [permissions.table] : []),
    ...(groups || permissions ? ['auth_permission', 'django_content_type'] : []),
    ...(sessions && sessions.engine !== 'signed_cookies' ? [sessions.table] : []),
  ];
}

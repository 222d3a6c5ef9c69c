import type { DirectoryUser } from './directory.js';
import type { User } from './models/user.js';
import { keyText } from './user-key.js';

/** A user's row with its groups and permissions, in the form that the rest of davgate uses. */
export function directoryUser(
  row: User,
  groups: readonly { readonly name: string }[],
  permissions: readonly { readonly app_label: string; readonly codename: string }[],
): DirectoryUser {
  const fullName = `${text(row.firstName)} ${text(row.lastName)}`.trim();
  const email = text(row.email);
  return {
    id: keyText(row.id),
    username: text(row.username),
    isActive: isActive(row),
    isStaff: isSet(row.isStaff),
    isSuperuser: isSet(row.isSuperuser),
    ...(fullName !== '' && { fullName }),
    ...(email !== '' && { email }),
    groups: new Set(groups.map(({ name }) => name)),
    permissions: new Set(permissions.map(({ app_label, codename }) => `${app_label}.${codename}`)),
    encodedPassword: text(row.password),
  };
}

/** The row of a user whose groups and permissions were read with it. */
export function listedUser(row: User): DirectoryUser {
  const groups = row.groups ?? [];
  const held = [...(row.permissions ?? []), ...groups.flatMap(({ permissions = [] }) => permissions)];
  const named = held.flatMap(({ codename, contentType }) =>
    contentType ? [{ app_label: contentType.app_label, codename }] : [],
  );
  return directoryUser(row, groups, named);
}

/** A model without the column has active users only. */
export function isActive(row: { readonly isActive?: unknown }): boolean {
  return row.isActive === undefined || isSet(row.isActive);
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * A boolean column: SQLite and MySQL return numbers, and MySQL returns bytes for `bit(1)`. Anything else counts as
 * false.
 */
export function isSet(value: unknown): boolean {
  if (Buffer.isBuffer(value)) return value.some((byte) => byte !== 0);
  return (
    value === true ||
    (typeof value === 'number' && value !== 0) ||
    (typeof value === 'bigint' && value !== 0n)
  );
}

import { isActive, text } from './directory-user.js';
import type { Holder } from './user-queries.js';

/** The names of the holders who are active and have a name. */
export function usernamesOf(holders: readonly Holder[]): ReadonlySet<string> {
  return new Set(holders.filter(isActive).flatMap(({ username }) => text(username) || []));
}

/**
 * The holders of each of the requested things, which are written `held` or `heldIn.held`.
 * @param always the names of users who have all of them
 */
export function heldBy(
  holders: readonly Holder[],
  asked: readonly string[],
  always: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, ReadonlySet<string>> {
  // Databases that ignore case find what was not requested.
  const byName = new Map<string, Holder[]>();
  for (const holder of holders) {
    const name = nameOf(holder);
    const known = byName.get(name);
    if (known) known.push(holder);
    else byName.set(name, [holder]);
  }
  return new Map(asked.map((name) => [name, new Set([...usernamesOf(byName.get(name) ?? []), ...always])]));
}

function nameOf({ held, heldIn }: Holder): string {
  return heldIn === undefined ? text(held) : `${text(heldIn)}.${text(held)}`;
}

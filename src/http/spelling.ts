import type { ServerPath } from './target.js';

/**
 * A path as a client wrote it, and the real path of what it found: the same number of names, some spelled differently.
 */
export interface Spelling {
  readonly asked: ServerPath;
  readonly real: ServerPath;
}

/**
 * `path` as a client expects it in an href: clients assume that an href which does not begin with the requested path
 * belongs elsewhere. The names that it shares with the requested path are spelled as in the request.
 */
export function spelled(path: ServerPath, spelling: Spelling | undefined): string {
  if (!spelling) return path;
  const { asked, real } = spelling;
  if (path === real) return asked;
  if (path.startsWith(`${real}/`)) return asked + path.slice(real.length);
  const [names, realNames, askedNames] = [path, real, asked].map((whole) => whole.split('/'));
  return spellPrefix(names ?? [], realNames ?? [], askedNames ?? []);
}

function spellPrefix(names: readonly string[], real: readonly string[], asked: readonly string[]): string {
  const apart = names.findIndex((name, index) => name !== real[index]);
  const common = apart === -1 ? names.length : apart;
  return [...asked.slice(0, common), ...names.slice(common)].join('/') || '/';
}

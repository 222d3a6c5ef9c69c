import { covers } from './hosts.js';
import { closedFor, type Entry, type Required } from './entry.js';
import type { Place, Tell } from './syntax.js';

export type ShareJson = Readonly<Record<string, unknown>>;

interface Gathered {
  readonly entry: Entry;
  readonly rules: Entry[];
}

/** The shares that the entries of one host mean: those inside another become its rules. */
export function sharesOf(entries: readonly Entry[], note: Tell): { path: string; json: ShareJson }[] {
  const shares: Gathered[] = [];
  for (const entry of entries.toSorted((one, other) => one.path.length - other.path.length)) {
    const outer = shares.findLast(({ entry: each }) => covers(each.path, entry.path));
    if (!outer) {
      if (entry.decided) shares.push({ entry, rules: [] });
      continue;
    }
    if (isPart(entry, outer.entry) || !entry.decided) {
      addRule(outer, entry, shares, note);
    } else if (outer.entry.source.kind === 'svn') {
      note(entry, `${entry.path} lies in a share of Subversion, which it closes`);
      addRule(outer, { ...entry, read: closedFor(entry), write: false }, shares, note);
    } else if (outer.entry.source.kind === 'guard') {
      shares.push({ entry, rules: [] });
    } else {
      // A guard may lie inside any other share; a share of files may not.
      shares.push({ entry: { ...entry, source: { kind: 'guard' }, keys: {} }, rules: [] });
    }
  }
  return shares.map((share) => ({ path: share.entry.path, json: jsonOf(share) }));
}

/** Whether the outer share serves what Apache serves at the inner path. */
function isPart(
  { source, path, keys }: Entry,
  { source: outer, path: outerPath, keys: outerKeys }: Entry,
): boolean {
  if (source.kind === 'guard' || outer.kind === 'guard') return source.kind === outer.kind;
  if (source.kind === 'svn' || outer.kind === 'svn') {
    return source.kind === outer.kind && JSON.stringify(keys) === JSON.stringify(outerKeys);
  }
  return source.kind === outer.kind && source.folder === `${outer.folder}${path.slice(outerPath.length)}`;
}

function addRule(share: Gathered, entry: Entry, shares: Gathered[], note: Tell): void {
  const { entry: outer, rules } = share;
  const inside = entry.path.slice(outer.path.length);
  if (inside === '' || (outer.source.kind === 'svn' && !fitsSvn(outer, inside))) {
    if (sameAccess(entry, outer)) return;
    note(entry, `a rule of its own for ${entry.path} cannot be declared: its share is closed`);
    const closed = { ...outer, read: closedFor(entry), write: false as const };
    shares[shares.indexOf(share)] = { entry: closed, rules: [] };
    return;
  }
  rules.push({ ...entry, path: inside });
}

/** A rule of an svn share names one of its repositories. */
function fitsSvn({ source }: Entry, inside: string): boolean {
  return source.kind === 'svn' && source.key === 'repositories' && inside.lastIndexOf('/') === 0;
}

function sameAccess(one: Entry, other: Entry): boolean {
  return JSON.stringify([one.read, one.write]) === JSON.stringify([other.read, other.write]);
}

function jsonOf({ entry, rules }: Gathered): ShareJson {
  const { path, source, read, write, keys } = entry;
  const kept = rules.filter((rule) => {
    const outer = rules.findLast(
      (each) => each !== rule && each.path.length < rule.path.length && covers(each.path, rule.path),
    );
    return !sameAccess(rule, outer ?? entry);
  });
  const writes = source.kind !== 'static';
  const named = [read, write, ...kept.flatMap((rule) => [rule.read, rule.write])].filter(
    (each) => each !== false,
  );
  const complete = (required: Required): ShareJson => ({
    staff: required.staff,
    ...(named.some(({ superuser }) => superuser) && { superuser: required.superuser }),
    ...(named.some(({ permission }) => permission !== undefined) && {
      permission: required.permission ?? null,
    }),
    ...(named.some(({ groups }) => groups) && { groups: required.groups ?? null }),
  });
  // A rule without `write` takes the share's: so either all say it, or nobody does.
  const says =
    writes && [entry, ...kept].some((each) => JSON.stringify(each.read) !== JSON.stringify(each.write));
  const written = (each: Entry): ShareJson =>
    says ? { write: each.write === false ? false : complete(each.write) } : {};
  return {
    path,
    kind: source.kind,
    ...keys,
    require: complete(read),
    ...written(entry),
    ...(kept.length > 0 && {
      rules: kept.map((rule) => ({ path: rule.path, require: complete(rule.read), ...written(rule) })),
    }),
  };
}

/** A share that nobody reaches: where several hosts say different things of its path. */
export function closedShare({ path }: ShareJson, place: Place): ShareJson {
  return { path, kind: 'guard', require: { staff: false, groups: closedFor(place).groups }, write: false };
}

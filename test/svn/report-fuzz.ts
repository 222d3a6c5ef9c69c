/** Bodies of reports, right and wrong in every field that Subversion reads, from a seed. */

/** Numbers from 0 to 1, the same for the same seed (Numerical Recipes' linear congruential generator). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

const paths = (
  ' |trunk|trunk/file|sub/f|a/|/abs|a//b|.|./a|a/.|..|../secret|/|//|http://h/x|http://h/x/|/secret/s|secret/s|secret|%2f|' +
  'a%00|!svn|!svn/act/x|open/s|a:b|/svn/one/trunk|/svn/one/trunk/|/svn/one/!svn/act/x|/svn/one/!svn/rvr/2/trunk%2f|' +
  '/svn/one/trunk%2f%2fx|/svn/one/tr%00unk|/svn/one/%2e|http://127.0.0.1/svn/one/trunk/|/svn/other|/svn/one//trunk'
).split('|');
const revisions = '0|1|2|3|-1|-2|99||x|99999999999999999999|2147483648|-9223372036854775808|1.5|0x2'.split(
  '|',
);
const depths = 'infinity|empty|files|immediates|unknown|exclude||x|1'.split('|');

const fields: Readonly<Record<string, string>> = {
  'update-report':
    'src-path:path dst-path:path update-target:path target-revision:revision depth:depth entry:path missing:path ' +
    'entry:path resource-walk:flag text-deltas:flag send-copyfrom-args:flag',
  'log-report':
    'start-revision:revision end-revision:revision limit:revision path:path path:path all-revprops:flag',
  'get-locations': 'path:path peg-revision:revision location-revision:revision location-revision:revision',
  'get-location-segments': 'path:path peg-revision:revision start-revision:revision end-revision:revision',
  'file-revs-report': 'path:path start-revision:revision end-revision:revision include-merged-revisions:flag',
  'get-locks-report': '',
  'replay-report': 'revision:revision low-water-mark:revision send-deltas:revision include-path:path',
  'mergeinfo-report': 'revision:revision inherit:depth path:path path:path include-descendants:flag',
  'get-deleted-rev-report': 'path:path peg-revision:revision end-revision:revision',
  'inherited-props-report': 'revision:revision path:path',
  'list-report': 'path:path revision:revision depth:depth pattern:path prop:path',
};

/** One report. */
export function randomReport(random: () => number): string {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const values: Readonly<Record<string, () => string>> = {
    path: () => (random() < 0.5 ? pick(['', 'trunk', 'trunk/file', '/svn/one/trunk']) : pick(paths)),
    revision: () => (random() < 0.5 ? pick(['1', '2', '3']) : pick(revisions)),
    depth: () => pick(depths),
    flag: () => pick(['yes', 'no']),
  };
  const value = (kind: string): string => values[kind]?.() ?? '';
  const name = pick(Object.keys(fields));
  const inner = (fields[name] ?? '')
    .split(' ')
    .filter((field) => field !== '' && random() < 0.85)
    .map((field) => {
      const [element = '', kind = ''] = field.split(':');
      const link = random() < 0.2 ? ` linkpath="${value('path')}"` : '';
      const attributes =
        element === 'entry' ? ` rev="${value('revision')}" depth="${value('depth')}"${link}` : '';
      return `<S:${element}${attributes}>${value(kind)}</S:${element}>`;
    });
  if (random() < 0.2) inner.reverse();
  return `<S:${name} xmlns:S="svn:" send-all="true" depth="${value('depth')}">${inner.join('')}</S:${name}>`;
}

/** One thing that a person at a working copy does; `%U` stands for the repositories' URL, without a slash at its end. */
export type Step =
  | { readonly kind: 'run'; readonly as: User; readonly program: Program; readonly args: readonly string[] }
  /** Writes or overwrites files, named relative to the folder that everything happens in. */
  | { readonly kind: 'write'; readonly files: readonly (readonly [name: string, text: string])[] };

type Program = 'svn' | 'svnmucc' | 'svnrdump' | 'svnsync';

/** Users of the sample who may write. */
type User = 'alice' | 'admin';

/** Names that URLs, XML, shells or servers hold something special in. */
export const names = [
  'a space.txt',
  '100%.txt',
  '50%25.txt',
  '%2e%2e%2f.txt',
  'Größe & Maß.txt',
  'e\u0301 decomposed.txt',
  '日本語 🚣.txt',
  'plus+plus.txt',
  'semi;colon.txt',
  'hash#mark.txt',
  'a&b=c,d.txt',
  '"quoted".txt',
  "it's.txt",
  'back\\slash.txt',
  'question?.txt',
  '[brackets] {braces}.txt',
  '<tag>.txt',
  '!bang (and) ~tilde^.txt',
  'at@sign.txt',
  'co:lon|pipe*.txt',
  '..dots..',
] as const;

/** As part of a URL on svn's command line; it escapes all the rest itself. */
const inUrl = (name: string): string => name.replace(/%/g, '%25').replace(/\?/g, '%3F').replace(/#/g, '%23');

/** `at@sign` would be read as a revision. */
const target = (text: string): string => (text.includes('@') ? `${text}@` : text);

const by =
  (as: User, program: Program) =>
  (...args: string[]): Step => ({ kind: 'run', as, program, args });
const alice = by('alice', 'svn');
const admin = by('admin', 'svn');
const write = (...files: (readonly [string, string])[]): Step => ({ kind: 'write', files });

const one = '%U/one';
const inCopy = names.map((name) => target(`copy/names/${name}`));
const atTrunk = names.map((name) => target(`${one}/trunk/names/${inUrl(name)}`));

/** `count` files, in folders of a hundred. */
function manyFiles(count: number): Step {
  const numbers = Array.from({ length: count }, (_, number) => number);
  return write(
    ...numbers.map(
      (number) =>
        [`many/${Math.trunc(number / 100)}/${number}.txt`, `${number}\n`.repeat(number % 50)] as const,
    ),
  );
}

const layout: readonly Step[] = [
  alice('mkdir', '-m', 'Lay out', `${one}/trunk`, `${one}/branches`, `${one}/tags`),
  alice('checkout', `${one}/trunk`, 'copy'),
  write(['copy/code.txt', 'one\ntwo\nthree\nfour\nfive\n']),
  write(...names.map((name) => [`copy/names/${name}`, `This is ${name}.\n`] as const)),
  alice('add', 'copy/code.txt', 'copy/names'),
  alice('status', 'copy'),
  alice('commit', '-m', 'Names of every kind, "quotes" & <tags>: Größe', 'copy'),
  alice('list', '-v', '-R', one),
];

const ofNames: readonly Step[] = [
  write(...names.map((name) => [`copy/names/${name}`, `This is ${name}.\nIt has changed.\n`] as const)),
  alice('diff', 'copy/names'),
  alice('commit', '-m', 'Change all', 'copy'),
  alice('checkout', '-r', '2', `${one}/trunk`, 'second'),
  alice('update', 'second'),
  alice('cat', ...atTrunk),
  alice('info', ...atTrunk),
  alice('blame', '-v', ...atTrunk),
  alice('propset', 'colour', 'grün & <blau>', ...inCopy),
  alice('commit', '-m', 'Properties', 'copy'),
  alice('proplist', '-v', ...atTrunk),
  alice('lock', '-m', 'mine & <only>', ...inCopy),
  admin('update', 'second'),
  admin('lock', ...names.map((name) => target(`second/names/${name}`))),
  admin(
    'lock',
    '--force',
    '-m',
    'stolen',
    ...names.slice(0, 4).map((name) => target(`second/names/${name}`)),
  ),
  alice('status', '-u', 'copy'),
  alice('unlock', ...inCopy),
  admin('unlock', '--force', ...atTrunk.slice(0, 2)),
  alice('copy', '-m', 'Copy them', ...atTrunk, `${one}/tags`),
  ...names.map((name) =>
    alice(
      'move',
      '-m',
      `Rename ${name}`,
      target(`${one}/tags/${inUrl(name)}`),
      `${one}/tags/was ${inUrl(target(name))}`,
    ),
  ),
  ...names.map((name) => alice('mkdir', '-m', `A folder ${name}`, `${one}/branches/${inUrl(target(name))}`)),
  alice('switch', '--ignore-ancestry', target(`${one}/branches/${inUrl(names[3])}`), 'second'),
  alice('switch', '--ignore-ancestry', `${one}/trunk`, 'second'),
  alice('delete', '-m', 'Gone', ...names.slice(0, 5).map((name) => `${one}/branches/${inUrl(target(name))}`)),
  alice('export', `${one}/tags`, 'exported'),
  alice('import', '-m', 'Back in', 'exported', `${one}/branches/imported ${inUrl('50% & more')}`),
  alice('log', '-v', ...[one]),
  alice('log', '-v', '-r', '1:HEAD', '--stop-on-copy', atTrunk[3] ?? one),
  by('alice', 'svnmucc')(
    '-m',
    'All at once',
    ...names.flatMap((name) => [
      'put',
      target(`copy/names/${name}`).replace(/@$/, ''),
      `${one}/tags/put ${inUrl(target(name))}`,
    ]),
    'rm',
    `${one}/branches/${inUrl(names[7])}`,
    'propset',
    'svn:mime-type',
    'text/plain',
    `${one}/tags/put ${inUrl(names[4])}`,
  ),
  alice('list', '-R', `${one}/tags`, `${one}/branches`),
];

const branches: readonly Step[] = [
  alice('update', 'copy'),
  alice('copy', '-m', 'A branch', `${one}/trunk`, `${one}/branches/feature #1`.replace('#', '%23')),
  alice('switch', `${one}/branches/feature %231`, 'second'),
  write(
    ['second/code.txt', 'one\n2\nthree\nfour\nfive\n'],
    ['second/names/plus+plus.txt', 'On the branch.\n'],
  ),
  alice('move', "second/names/it's.txt", 'second/names/it;was;moved.txt'),
  alice('commit', '-m', 'Work on the branch', 'second'),
  write(['copy/code.txt', 'one\ntwo\nthree\nfour\n5\n']),
  admin('commit', '-m', 'Work on trunk', 'copy'),
  alice('update', 'second'),
  alice('merge', `${one}/trunk`, 'second'),
  alice('commit', '-m', 'Catch up', 'second'),
  alice('update', 'copy'),
  alice('merge', `${one}/branches/feature %231`, 'copy'),
  admin('commit', '-m', 'Take the branch', 'copy'),
  alice('mergeinfo', '--show-revs', 'merged', `${one}/branches/feature %231`, `${one}/trunk`),
  alice('log', '-g', '-v', '-l', '3', `${one}/trunk`),
  alice('blame', '-g', `${one}/trunk/code.txt`),
  alice('diff', '-r', '2:HEAD', `${one}/trunk`),
  alice('diff', '--summarize', `${one}/trunk`, `${one}/branches/feature %231`),
  write(['copy/code.txt', 'mine\n'], ['second/code.txt', 'yours\n']),
  alice('switch', `${one}/trunk`, 'second'),
  alice('commit', '-m', 'Mine', 'copy'),
  alice('commit', '-m', 'Out of date', 'second'),
  alice('update', '--accept', 'theirs-full', 'second'),
];

const properties: readonly Step[] = [
  alice('propset', 'svn:externals', '^/tags ext/tags and more\n^/trunk/code.txt@2 ext-code.txt', 'copy'),
  alice('commit', '-m', 'Externals', 'copy'),
  alice('update', 'copy'),
  alice('checkout', `${one}/trunk`, 'with externals'),
  alice('propset', '--revprop', '-r', '3', 'svn:log', 'A better message: <&> Größe', one),
  alice('propset', '--revprop', '-r', '3', 'svn:author', 'somebody', one),
  admin('propget', '--revprop', '-r', '3', 'svn:log', one),
  alice('propget', '-R', 'colour', `${one}/trunk`),
  alice('log', '--with-all-revprops', '--xml', '-r', '3', one),
];

const others: readonly Step[] = [
  by('alice', 'svnrdump')('dump', '-q', '-F', 'dump', one),
  by('alice', 'svnrdump')('load', '-q', '-F', 'dump', '%U/loaded'),
  by('alice', 'svnsync')('initialize', '%U/mirror', one),
  by('alice', 'svnsync')('synchronize', '%U/mirror'),
  by('alice', 'svnsync')('info', '%U/mirror'),
  by('alice', 'svnsync')('copy-revprops', '%U/mirror', one),
  alice('relocate', one, '%U/mirror', 'with externals'),
  alice('relocate', one, '%U/alias', 'second'),
  alice('update', 'second'),
  alice('info', 'second'),
  alice('info', one, '%U/nowhere', `${one}/trunk/missing %25`),
  alice('commit', '-m', 'Refused by the hook: REFUSE', '--force-log', 'copy'),
  alice('mkdir', '-m', 'REFUSE <this>', `${one}/refused`),
  alice('mkdir', '-m', 'WARN of this', `${one}/warned`),
  alice('propset', '--revprop', '-r', '3', 'other', 'x', one),
  alice('checkout', one, 'whole'),
  alice('cleanup', 'whole'),
  alice('list', '%U'),
];

/** The commands, in order. @param files how many one commit adds */
export function script(files: number): readonly Step[] {
  return [
    ...layout,
    ...ofNames,
    alice('mkdir', '-m', 'For many', `${one}/many`),
    alice('checkout', `${one}/many`, 'many'),
    manyFiles(files),
    alice('add', '-q', '--force', 'many'),
    alice('commit', '-q', '-m', `${files} files`, 'many'),
    alice('delete', '-q', 'many/0'),
    alice('commit', '-m', 'Fewer', 'many'),
    alice('update', 'many'),
    alice('export', '-q', `${one}/many`, 'many exported'),
    ...branches,
    ...properties,
    ...others,
  ];
}

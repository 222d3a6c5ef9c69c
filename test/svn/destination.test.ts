import assert from 'node:assert/strict';
import { test } from 'node:test';
import { destinationAt, ifAt, originForm, publicLocation } from '../../src/svn/destination.js';

const targets: [raw: string, origin: string][] = [
  ['/svn/r/a%20b', '/svn/r/a%20b'],
  ['/svn//r/%7euser/?p=3&r=3', '/svn//r/%7euser/?p=3&r=3'],
  ['//svn/r', '//svn/r'],
  ['http://files.example.org/svn/r', '/svn/r'],
  ['HTTPS://files.example.org:8443/svn/%C3%A4', '/svn/%C3%A4'],
  ['http://files.example.org', '/'],
  ['http://files.example.org?p=3', '/?p=3'],
];
for (const [raw, origin] of targets) {
  test(`the target ${raw} goes on as ${origin}`, () => {
    assert.equal(originForm(raw), origin);
  });
}

for (const raw of ['*', '', 'svn/r', 'files.example.org:443', 'http://files.example.org#x', 'mailto:a@b']) {
  test(`the target ${JSON.stringify(raw)} is refused`, () => {
    assert.throws(() => originForm(raw), { kind: 'malformed' });
  });
}

test("a Destination names the child's origin and keeps its path's bytes", () => {
  const origin = 'http://127.0.0.1:8099';
  assert.equal(destinationAt(origin, 'https://x.example/svn/r/a%2Bb'), `${origin}/svn/r/a%2Bb`);
  assert.equal(destinationAt(origin, ' /svn/r/b '), `${origin}/svn/r/b`);
  const raw = Buffer.from('/svn/r/\u00e4 \u00e0').toString('latin1');
  assert.equal(destinationAt(origin, raw), `${origin}/svn/r/%C3%A4%20%C3%A0`);
  for (const broken of ['r/b', '/svn/r/\u00e4', '/svn/r/a\tb']) {
    assert.throws(() => destinationAt(origin, broken), { kind: 'malformed' });
  }
});

test('a Location of the child becomes one of this server', () => {
  const own = ['http://127.0.0.1:8099', 'http://files.example.org'];
  const location = 'http://127.0.0.1:8099/svn/r/!svn/act/1';
  assert.equal(
    publicLocation(location, own, 'https://files.example.org'),
    'https://files.example.org/svn/r/!svn/act/1',
  );
  assert.equal(publicLocation(location, own, undefined), '/svn/r/!svn/act/1');
  assert.equal(
    publicLocation('http://Files.example.org/svn/', own, 'https://files.example.org'),
    'https://files.example.org/svn/',
  );
  assert.equal(publicLocation('/svn/r/', own, 'https://files.example.org'), '/svn/r/');
  assert.equal(publicLocation('http://127.0.0.1:80991/x', own, undefined), 'http://127.0.0.1:80991/x');
  assert.equal(publicLocation('http://elsewhere.example/x', own, undefined), 'http://elsewhere.example/x');
});

const origin = 'http://127.0.0.1:8099';
const ifFields: readonly [name: string, field: string, sent: string][] = [
  [
    'a tagged list',
    '<https://x.example/svn/a%20b> (<opaquelocktoken:1>)',
    `<${origin}/svn/a%20b> (<opaquelocktoken:1>)`,
  ],
  [
    'several',
    '<https://x/a> (<t:1>) (Not <t:2>) <HTTP://x:1/b>(["e"])',
    `<${origin}/a> (<t:1>) (Not <t:2>) <${origin}/b>(["e"])`,
  ],
  ['a path', '</svn/a> (<t:1>)', '</svn/a> (<t:1>)'],
  ['a token that looks like a URL', '(<http://x/token>)', '(<http://x/token>)'],
  ['what is broken', '<https://x/a', '<https://x/a'],
  ['a list that is not closed', '<https://x/a> (<t:1>', `<${origin}/a> (<t:1>`],
  [
    'a tag with a raw space and raw UTF-8',
    '<https://x/a \u00c3\u00a4> (<t:1>)',
    `<${origin}/a%20%C3%A4> (<t:1>)`,
  ],
  ['a path with a raw space', '</svn/a b> (<t:1>)', '</svn/a%20b> (<t:1>)'],
  [
    'parentheses in an entity tag',
    '(["a)<http://x/y>"]) <http://x/b> (<t:1>)',
    `(["a)<http://x/y>"]) <${origin}/b> (<t:1>)`,
  ],
];
for (const [name, field, sent] of ifFields) {
  test(`the If of the child: ${name}`, () => {
    assert.equal(ifAt(origin, field), sent);
  });
}

test('an If of 64 KiB that is never closed takes no longer than its length', () => {
  // Each mark would look through all the rest for its end: two thousand million characters.
  for (const mark of ['<', '(', '<a', '(<a']) {
    const field = mark.repeat(65_536 / mark.length);
    assert.equal(ifAt(origin, field), field);
  }
});

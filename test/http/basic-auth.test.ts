import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { basicChallenge, parseBasicAuth } from '../../src/http/basic-auth.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const accepted: readonly (readonly [name: string, field: string, username: string, password: string])[] = [
  ['the example of RFC 7617', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'Aladdin', 'open sesame'],
  ['UTF-8, as RFC 7617 has it', 'Basic dGVzdDoxMjPCow==', 'test', '123\u00a3'],
  ['the scheme in lower case', `basic ${base64('a:b')}`, 'a', 'b'],
  ['the scheme in capitals', `BASIC ${base64('a:b')}`, 'a', 'b'],
  ['several spaces', `Basic   ${base64('a:b')}  `, 'a', 'b'],
  ['no padding', `Basic ${base64('a:bc').replace(/=+$/, '')}`, 'a', 'bc'],
  [
    'the URL-safe alphabet',
    `Basic ${Buffer.from('\u00ff\u00fe:\u00ff\u00fe\u00ff').toString('base64url')}`,
    '\u00ff\u00fe',
    '\u00ff\u00fe\u00ff',
  ],
  ['an empty password', `Basic ${base64('a:')}`, 'a', ''],
  ['an empty user name', `Basic ${base64(':b')}`, '', 'b'],
  ['both empty', `Basic ${base64(':')}`, '', ''],
  ['colons in the password', `Basic ${base64('a:b:c::')}`, 'a', 'b:c::'],
  ['a Windows domain', `Basic ${base64('SITE\\alice:pw')}`, 'SITE\\alice', 'pw'],
  ['an address as the user name', `Basic ${base64('a@site.example:pw')}`, 'a@site.example', 'pw'],
  ['spaces that belong to both', `Basic ${base64(' a : b ')}`, ' a ', ' b '],
  ['a byte order mark that belongs to the name', `Basic ${base64('\ufeffa:b')}`, '\ufeffa', 'b'],
  ['a decomposed letter, kept as it is', `Basic ${base64('e\u0301:pw')}`, 'e\u0301', 'pw'],
];
for (const [name, field, username, password] of accepted) {
  test(`parseBasicAuth takes ${name}`, () => {
    assert.deepEqual(parseBasicAuth(field), { username, password });
  });
}

const refused: readonly (readonly [name: string, field: string | undefined])[] = [
  ['no field', undefined],
  ['an empty field', ''],
  ['the scheme alone', 'Basic'],
  ['the scheme and a space', 'Basic '],
  ['another scheme', `Bearer ${base64('a:b')}`],
  ['Digest', 'Digest username="a", realm="b"'],
  ['a longer scheme', `Basics ${base64('a:b')}`],
  ['no space', `Basic${base64('a:b')}`],
  ['characters that base64 does not have', 'Basic YTpi!'],
  ['a line break within', 'Basic YT\npi'],
  ['padding in the middle', 'Basic YQ==OmI='],
  ['more padding than there is', 'Basic YTpi==='],
  ['two tokens', `Basic ${base64('a:b')} ${base64('c:d')}`],
  ['a list of challenges', `Basic ${base64('a:b')}, Bearer x`],
  ['no colon', `Basic ${base64('alice')}`],
  ['a NUL in the user name', `Basic ${base64('a\0b:pw')}`],
  ['a NUL in the password', `Basic ${base64('a:p\0w')}`],
];
for (const [name, field] of refused) {
  test(`parseBasicAuth refuses ${name}`, () => {
    assert.equal(parseBasicAuth(field), undefined);
  });
}

test('what a client encodes, parseBasicAuth reads', () => {
  const words = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(
      words.filter((text) => !text.includes(':')),
      words,
      (username, password) => {
        assert.deepEqual(parseBasicAuth(`Basic ${base64(`${username}:${password}`)}`), {
          username,
          password,
        });
      },
    ),
  );
});

const challenges: readonly (readonly [realm: string, challenge: string])[] = [
  ['davgate', 'Basic realm="davgate"'],
  ['Our files', 'Basic realm="Our files"'],
  ['the "other" site', 'Basic realm="the \\"other\\" site"'],
  ['a\\b\\', 'Basic realm="a\\\\b\\\\"'],
  ['", charset="x', 'Basic realm="\\", charset=\\"x"'],
  ['$& $1', 'Basic realm="$& $1"'],
  // As bytes of UTF-8, one character each.
  ['Akten des B\u00fcros', 'Basic realm="Akten des B\u00c3\u00bcros"'],
  ['\u6587', 'Basic realm="\u00e6\u0096\u0087"'],
];
for (const [realm, challenge] of challenges) {
  test(`the realm ${realm} is quoted`, () => {
    assert.equal(basicChallenge(realm), challenge);
  });
}

test('parseBasicAuth takes what is not valid UTF-8 for Latin-1', () => {
  const cases: readonly [bytes: Buffer, username: string, password: string][] = [
    [Buffer.from('M\u00fcller:pw', 'latin1'), 'M\u00fcller', 'pw'],
    [Buffer.from([0x61, 0x3a, 0xc3]), 'a', '\u00c3'],
    [Buffer.from([0x61, 0x3a, 0xc0, 0x80]), 'a', '\u00c0\u0080'],
  ];
  for (const [bytes, username, password] of cases) {
    assert.deepEqual(parseBasicAuth(`Basic ${bytes.toString('base64')}`), { username, password });
  }
});

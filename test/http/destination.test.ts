import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure, type FailureKind } from '../../src/failure.js';
import { parseDestination } from '../../src/http/destination.js';

const host = 'files.example.org';

/** Text in UTF-8 as Node gives the bytes of a header field. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

interface Accepted {
  readonly name: string;
  readonly field: string;
  readonly authority?: string;
  readonly path?: string;
  readonly collection?: boolean;
}

const accepted: readonly Accepted[] = [
  { name: 'an absolute URI', field: 'http://files.example.org/docs/b' },
  { name: 'an absolute path', field: '/docs/b' },
  { name: 'space around', field: '  http://files.example.org/docs/b ' },
  {
    name: 'a directory of rclone, with its slash',
    field: 'http://files.example.org/docs/b/',
    collection: true,
  },
  { name: 'https behind a proxy that ends TLS', field: 'https://files.example.org/docs/b' },
  { name: 'webdav: of KDE', field: 'webdav://files.example.org/docs/b' },
  { name: 'webdavs: of KDE', field: 'webdavs://files.example.org/docs/b' },
  { name: 'dav: and davs: of GNOME', field: 'davs://files.example.org/docs/b' },
  { name: 'scheme and host in capitals', field: 'HTTP://FILES.Example.ORG/docs/b' },
  {
    name: 'a Host field in capitals',
    field: 'http://files.example.org/docs/b',
    authority: 'FILES.EXAMPLE.ORG',
  },
  {
    name: 'the port that both name',
    field: 'http://files.example.org:8080/docs/b',
    authority: `${host}:8080`,
  },
  { name: 'the default port of http written out', field: 'http://files.example.org:80/docs/b' },
  { name: 'the default port of https written out', field: 'https://files.example.org:443/docs/b' },
  { name: 'the default port of webdavs: written out', field: 'webdavs://files.example.org:443/docs/b' },
  {
    name: 'the default port written out in Host alone',
    field: 'https://files.example.org/docs/b',
    authority: `${host}:443`,
  },
  { name: 'a colon without a port', field: 'http://files.example.org:/docs/b' },
  { name: 'user information', field: 'http://alice:pw@files.example.org/docs/b' },
  { name: 'user information with an at sign', field: 'http://a@b:pw@files.example.org/docs/b' },
  { name: 'an IPv6 address', field: 'http://[::1]/docs/b', authority: '[::1]' },
  { name: 'an IPv6 address with a port', field: 'http://[::1]:8080/docs/b', authority: '[::1]:8080' },
  { name: 'escapes', field: 'http://files.example.org/docs/%C3%A4%20b', path: '/docs/\u00e4 b' },
  { name: 'raw spaces', field: 'http://files.example.org/docs/a b  c', path: '/docs/a b  c' },
  { name: 'a raw space in an absolute path', field: '/docs/a b', path: '/docs/a b' },
  {
    name: 'raw UTF-8',
    field: latin1('http://files.example.org/docs/\u00e4\u00df'),
    path: '/docs/\u00e4\u00df',
  },
  {
    name: 'raw UTF-8 whose last byte is a blank of Latin-1',
    field: latin1('/docs/\u00e0'),
    path: '/docs/\u00e0',
  },
  { name: 'raw UTF-8 with a next-line for a byte', field: latin1('/docs/\u0445'), path: '/docs/\u0445' },
  { name: 'raw UTF-8 beside escapes', field: latin1('/docs/\u00e4%C3%A4%20 '), path: '/docs/\u00e4\u00e4 ' },
  { name: 'raw UTF-8 of four bytes', field: latin1('/docs/\u{1f600}'), path: '/docs/\u{1f600}' },
  {
    name: 'raw decomposed UTF-8, as it is',
    field: latin1('/docs/e\u0301\u212b'),
    path: '/docs/e\u0301\u212b',
  },
  { name: 'a byte order mark within', field: latin1('/docs/\ufeffb'), path: '/docs/\ufeffb' },
  { name: 'a query, which names no other resource', field: 'http://files.example.org/docs/b?x=1' },
  { name: 'no path', field: 'http://files.example.org', path: '/', collection: true },
];
for (const { name, field, authority = host, path = '/docs/b', collection = false } of accepted) {
  test(`parseDestination takes ${name}: ${field}`, () => {
    const target = parseDestination(field, authority);
    assert.equal(target.path, path);
    assert.equal(target.collection, collection);
  });
}

test('an absolute path needs no Host field', () => {
  assert.equal(parseDestination('/docs/b', undefined).path, '/docs/b');
});

interface Refused {
  readonly name: string;
  readonly field: string | undefined;
  readonly authority?: string | null;
  readonly kind?: FailureKind;
}

const foreign = 'foreign-destination';

const refused: readonly Refused[] = [
  { name: 'no field', field: undefined },
  { name: 'an empty field', field: '' },
  { name: 'a relative path', field: 'docs/b' },
  { name: 'a path without a scheme', field: '//files.example.org/docs/b' },
  { name: 'another scheme', field: 'ftp://files.example.org/docs/b' },
  { name: 'a file', field: 'file:///docs/b' },
  { name: 'a scheme without slashes', field: 'http:/docs/b' },
  { name: 'a backslash in the path', field: '/docs/b\\c' },
  { name: 'parent segments', field: 'http://files.example.org/docs/../b' },
  { name: 'encoded parent segments', field: '/docs/%2e%2e/b' },
  { name: 'an encoded slash', field: '/docs%2Fb' },
  { name: 'a NUL', field: '/docs/b%00' },
  { name: 'a fragment', field: 'http://files.example.org/docs/b#c' },
  { name: 'a raw backslash beside UTF-8', field: latin1('/docs/\u00e4\\b') },
  { name: 'Latin-1', field: '/docs/\u00e4' },
  { name: 'half a letter', field: latin1('/docs/\u00e4').slice(0, -1) },
  { name: 'an overlong slash', field: '/docs\u00c0\u00afb' },
  { name: 'a surrogate', field: '/docs/\u00ed\u00a0\u0080' },
  { name: 'a raw tab', field: '/docs/a\tb' },
  { name: 'a raw control', field: '/docs/a\u0001b' },
  { name: 'a raw DEL', field: '/docs/a\u007fb' },
  { name: 'what no byte is', field: '/docs/\u0100' },
  { name: 'a fragment after a space', field: '/docs/a #b' },
  { name: 'parent segments beside a space', field: '/docs/a b/../c' },
  { name: 'a raw space and an encoded slash', field: '/docs/a b%2Fc' },
  { name: 'a path that is too long', field: `/${'a'.repeat(5000)}`, kind: 'name-too-long' },
  { name: 'another host', field: 'http://other.example/docs/b', kind: foreign },
  { name: 'a host that begins alike', field: 'http://files.example.org.evil.example/docs/b', kind: foreign },
  { name: 'a host that ends alike', field: 'http://evilfiles.example.org/docs/b', kind: foreign },
  {
    name: 'this host as user information',
    field: 'http://files.example.org@other.example/docs/b',
    kind: foreign,
  },
  { name: 'a space in the host', field: 'http://files.example .org/docs/b', kind: foreign },
  { name: 'another port', field: 'http://files.example.org:8080/docs/b', kind: foreign },
  {
    name: 'no port where Host has one',
    field: 'http://files.example.org/b',
    authority: `${host}:8080`,
    kind: foreign,
  },
  { name: 'the default port of another scheme', field: 'http://files.example.org:443/docs/b', kind: foreign },
  { name: 'no host', field: 'http:///docs/b', kind: foreign },
  {
    name: 'an absolute URI without a Host field',
    field: 'http://files.example.org/b',
    authority: null,
    kind: foreign,
  },
];
for (const { name, field, authority = host, kind = 'malformed' } of refused) {
  test(`parseDestination refuses ${name}: ${kind}`, () => {
    assert.throws(
      () => parseDestination(field, authority ?? undefined),
      (error) => isFailure(error, kind),
    );
  });
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pageHeaders } from '../../../server/pages/layout.js';
import { shareIndex } from '../../../server/pages/share-index.js';
import { listed, sharesOpenTo } from '../../../server/shares/root.js';
import type { Share } from '../../../server/shares/share.js';
import type { Identity } from '../../../src/access/identity.js';
import { Policy, type Rule } from '../../../src/access/policy.js';
import type { Requirement } from '../../../src/access/requirement.js';
import { rootPath } from '../../../src/http/target.js';
import { user } from '../../access/identities.js';
import { inShare } from '../../helpers/paths.js';
import { unservedShare } from '../shares/unserved-share.js';

const anyone: Requirement = { staff: false, superuser: false };
const staffOnly: Requirement = { staff: true, superuser: false };

function webdav(
  path: string,
  read: Requirement,
  write: Requirement | false,
  inner: readonly Rule[] = [],
): Share {
  return unservedShare('webdav', path, new Policy([{ path: inShare('/'), read, write }, ...inner]));
}

function staticFiles(path: string, read: Requirement): Share {
  return unservedShare('static', path, new Policy([{ path: inShare('/'), read, write: false }]));
}

function svn(path: string, read: Requirement): Share {
  return unservedShare('svn', path, new Policy([{ path: inShare('/'), read, write: read }]));
}

const shares = [
  staticFiles('/media', anyone),
  webdav('/docs', anyone, staffOnly),
  webdav('/staff', staffOnly, staffOnly),
  svn('/svn', anyone),
  webdav('/half', staffOnly, staffOnly, [{ path: inShare('/open'), read: anyone, write: anyone }]),
];

function indexFor(identity: Identity, all: readonly Share[] = shares) {
  return shareIndex(listed(sharesOpenTo(identity, all, rootPath), identity), identity.username);
}

function htmlFor(identity: Identity, all: readonly Share[] = shares): string {
  const { body } = indexFor(identity, all);
  assert.ok(body instanceof Buffer);
  return body.toString();
}

function rowsOf(html: string): string[][] {
  const row = /<tr><td><a href="([^"]*)">([^<]*)<\/a><\/td><td>([^<]*)<\/td><td>([^<]*)<\/td><\/tr>/g;
  return [...html.matchAll(row)].map((match) => match.slice(1));
}

describe('the index of shares', () => {
  test('shows a user what he may read, and where he may write', () => {
    assert.deepEqual(rowsOf(htmlFor(user())), [
      ['/media/', '/media', 'Read-only files', 'read'],
      ['/docs/', '/docs', 'Folder to mount (WebDAV)', 'read'],
      ['/svn/', '/svn', 'Subversion repositories', 'read and write'],
    ]);
  });

  test('shows staff more', () => {
    assert.deepEqual(
      rowsOf(htmlFor(user({ isStaff: true }))).map(([, path, , rights]) => `${path ?? ''}: ${rights ?? ''}`),
      [
        '/media: read',
        '/docs: read and write',
        '/staff: read and write',
        '/svn: read and write',
        '/half: read and write',
      ],
    );
  });

  test('does not name shares that are closed', () => {
    const html = htmlFor(user());
    assert.doesNotMatch(html, /staff|half/);
  });

  test('says so where no share is open', () => {
    const html = htmlFor(user(), [webdav('/staff', staffOnly, false)]);
    assert.match(html, /No share is open to you/);
    assert.doesNotMatch(html, /<table>|\/staff/);
    assert.doesNotMatch(htmlFor(user()), /No share is open to you/);
  });

  test('escapes paths and the user name', () => {
    const html = htmlFor(user({ username: '<eve>' }), [staticFiles('/a"<b>&', anyone)]);
    assert.deepEqual(rowsOf(html), [
      ['/a%22%3Cb%3E%26/', '/a&quot;&lt;b&gt;&amp;', 'Read-only files', 'read'],
    ]);
    assert.match(html, /Signed in as <b>&lt;eve&gt;<\/b>/);
  });

  test('is a page with its length in bytes', () => {
    const { status, headers, body } = indexFor(user({ username: '\u00e4' }));
    assert.equal(status, 200);
    assert.ok(body instanceof Buffer);
    assert.deepEqual(headers, [...pageHeaders, ['Content-Length', String(body.length)]]);
  });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeDeclaration } from '../../src/config/describe.js';
import { declaring, site, staticShare, svnShare, webdavShare } from './site.js';

test('a declaration is told in words, a paragraph for each share', (t) => {
  const { folder, load } = site(t);
  const declaration = load(
    declaring(
      [
        { ...staticShare, require: { staff: false } },
        {
          ...webdavShare,
          require: { staff: false, permission: 'docs.view_document' },
          write: { permission: 'docs.change_document' },
          rules: [
            { path: '/minutes/closed', write: false },
            { path: '/minutes', require: { groups: ['Board', 'Clerks'] } },
          ],
        },
        { ...svnShare, require: { superuser: true } },
        {
          path: '/scratch',
          kind: 'webdav',
          storage: { module: './scratch.js' },
          require: { groups: ['Board'] },
        },
      ],
      { realm: 'Files', listen: { port: 9000 } },
    ),
  );
  assert.equal(
    // The type of the file system is this machine's.
    describeDeclaration(declaration).replace(/metadata: sync \(\S+\)/g, 'metadata: sync'),
    `Listens on http://127.0.0.1:9000, realm "Files".
Users: ${join(folder, 'db.sqlite3')} (Django, read only).
State: ${join(folder, 'var/state.sqlite3')}.

/media  static files from ${join(folder, 'media')}
  metadata: sync
  read:  any active user
  write: nobody

/docs  WebDAV on ${join(folder, 'docs')}
  metadata: sync
  read:  active users who have the permission docs.view_document
  write: active users who have the permission docs.change_document
  /docs/minutes  read:  active users who have the permission docs.view_document and are in one of the groups Board, Clerks
  /docs/minutes  write: active users who have the permission docs.change_document and are in one of the groups Board, Clerks
  /docs/minutes/closed  read:  active users who have the permission docs.view_document
  /docs/minutes/closed  write: nobody

/svn  Subversion repositories in ${join(folder, 'svn')}
  read:  active users who are staff and are superusers
  write: active users who are staff and are superusers

/scratch  WebDAV on the module ./scratch.js
  read:  active users who are staff and are in the group Board
  write: active users who are staff and are in the group Board
`,
  );
});

test('an IPv6 address stands in brackets', (t) => {
  const declaration = site(t).load(
    declaring([staticShare], {
      listen: { host: '::1', port: 80 },
      metrics: { host: '::1', port: 9464 },
    }),
  );
  assert.match(describeDeclaration(declaration), /^Listens on http:\/\/\[::1\]:80, realm "davgate"\.\n/);
  assert.match(describeDeclaration(declaration), /^Metrics: http:\/\/\[::1\]:9464\/metrics\.$/m);
});

test('the number of workers is told where it is declared', (t) => {
  const { load } = site(t);
  const share = { path: '/media', kind: 'static', root: './media' };
  assert.doesNotMatch(describeDeclaration(load(declaring([share]))), /Workers/);
  assert.match(describeDeclaration(load(declaring([share], { workers: 3 }))), /^Workers: 3\.$/m);
});

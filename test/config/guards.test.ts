import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeDeclaration } from '../../src/config/describe.js';
import { shareRoot } from '../../src/http/target.js';
import { user } from '../access/identities.js';
import { inShare } from '../helpers/paths.js';
import { declaring, site, staticShare, svnShare, webdavShare } from './site.js';

const guard = { http: { port: 9912 }, proxies: ['127.0.0.1'] };
const at = (path: string, more: object = {}) => ({ path, kind: 'guard', ...more });

test('guards may lie beside, around and inside other shares, but not inside a repository', (t) => {
  const { problems } = site(t);
  const shares = [webdavShare, staticShare, svnShare];
  for (const path of ['/files', '/docs/private', '/media/a/b']) {
    assert.deepEqual(problems(declaring([...shares, at(path)], { guard })), [], path);
    assert.deepEqual(problems(declaring([at(path), ...shares], { guard })), [], path);
  }
  const deep = { ...webdavShare, path: '/files/docs' };
  assert.deepEqual(
    problems(declaring([at('/files'), deep, at('/files/docs/x'), at('/files/y')], { guard })),
    [],
  );
  assert.deepEqual(problems(declaring([svnShare, at('/svn/x')], { guard })), [
    'shares[1].path: /svn/x overlaps /svn of shares[0]; use `rules` for a path inside a share',
  ]);
  assert.deepEqual(problems(declaring([webdavShare, at('/docs')], { guard })), [
    'shares[1].path: /docs is already the path of shares[0]',
  ]);
  assert.deepEqual(problems(declaring([webdavShare, { ...staticShare, path: '/docs/media' }])), [
    'shares[1].path: /docs/media overlaps /docs of shares[0]; use `rules` for a path inside a share',
  ]);
});

test('a guard needs somewhere to be asked about, and somebody who may', (t) => {
  const { problems } = site(t);
  assert.deepEqual(problems(declaring([at('/files')])), [
    'shares[0]: a guard needs the key "guard" of the declaration, where other servers ask about it',
  ]);
  const wrong: readonly (readonly [object, string])[] = [
    [{}, 'guard: needs "http" or "fastcgi": nobody could ask'],
    [{ http: { port: 1 } }, 'guard.proxies: must name the servers that may ask: without them, nobody may'],
    [
      { http: { port: 1 }, proxies: [] },
      'guard.proxies: must name the servers that may ask: without them, nobody may',
    ],
    [
      { http: { port: 1 }, proxies: ['any'] },
      'guard.proxies[0]: must be an address or a network such as "10.0.0.0/8"',
    ],
    [{ fastcgi: { port: 1 } }, 'guard.fastcgi.secretFile: is missing'],
    [
      { fastcgi: { port: 1, secretFile: 'x' }, proxies: ['::1'] },
      'guard.proxies: means nothing without "http"',
    ],
  ];
  for (const [declared, problem] of wrong) {
    assert.deepEqual(problems(declaring([at('/files')], { guard: declared })), [problem]);
  }
});

test('a guard serves nothing, so it has no folder', (t) => {
  const { problems } = site(t);
  assert.deepEqual(problems(declaring([at('/files', { root: './docs' })], { guard })), [
    'shares[0].root: is not a known key',
  ]);
});

test('no share may serve the secret of Apache', (t) => {
  const { folder, problems } = site(t);
  mkdirSync(join(folder, 'docs', 'sub'));
  writeFileSync(join(folder, 'docs', 'sub', 'secret'), 'x');
  const fastcgi = { port: 1, secretFile: './docs/sub/secret' };
  assert.deepEqual(problems(declaring([webdavShare, at('/files')], { guard: { fastcgi } })), [
    'shares[0].root: contains the secret of Apache, which the share would serve',
  ]);
});

test('the rules of a guard hold in the share around it too, instead of that one\u2019s', (t) => {
  const { load } = site(t);
  const open = { staff: false };
  const { shares } = load(
    declaring(
      [
        {
          ...webdavShare,
          require: open,
          rules: [
            { path: '/a/b', require: open },
            { path: '/c', write: false },
          ],
        },
        at('/docs/a', { require: { superuser: true } }),
        at('/docs/a/inner', { require: open }),
      ],
      { guard },
    ),
  );
  const [docs, outer] = shares;
  assert.ok(docs && outer);
  const anybody = user({});
  const reads = (path: string) => docs.policy.decide(anybody, 'read', inShare(path)).allowed;
  assert.deepEqual(['/', '/c', '/a', '/a/b', '/a/b/c', '/a/inner', '/ab'].map(reads), [
    true,
    true,
    false,
    false,
    false,
    true,
    true,
  ]);
  assert.equal(docs.policy.decide(anybody, 'write', shareRoot, 'tree').allowed, false);
  assert.equal(outer.policy.decide(anybody, 'read', inShare('/inner')).allowed, true);
  assert.equal(outer.policy.decide(anybody, 'read', inShare('/inside')).allowed, false);
});

test('a description says who asks, and who may', (t) => {
  const { load } = site(t);
  const fastcgi = { host: '::1', port: 9911, secretFile: './secret' };
  const words = describeDeclaration(load(declaring([at('/files')], { guard: { ...guard, fastcgi } })));
  assert.match(words, /^Guard: http:\/\/127\.0\.0\.1:9912, asked by 127\.0\.0\.1\.$/m);
  assert.match(words, /^Guard for Apache: fcgi:\/\/\[::1\]:9911\.$/m);
  assert.match(words, /^\/files {2}served by another web server, which asks davgate who may$/m);
});

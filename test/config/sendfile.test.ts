import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaring, site, staticShare, svnShare, webdavShare } from './site.js';

const trustedProxies = ['127.0.0.1'];

test('a folder\u2019s share may hand its files to a proxy that is trusted', (t) => {
  const { problems } = site(t);
  for (const sendfile of ['x-accel-redirect', 'x-sendfile']) {
    const shares = [
      { ...webdavShare, sendfile },
      { ...staticShare, sendfile },
    ];
    assert.deepEqual(problems(declaring(shares, { trustedProxies })), []);
    const needed = 'needs the address of the web server in front in "trustedProxies" of the declaration';
    for (const none of [{}, { trustedProxies: [] }]) {
      assert.deepEqual(problems(declaring(shares, none)), [
        `shares[0].sendfile: ${needed}`,
        `shares[1].sendfile: ${needed}`,
      ]);
    }
  }
});

test('nothing else can', (t) => {
  const { problems } = site(t);
  const module = {
    path: '/docs',
    kind: 'webdav',
    storage: { module: './fs.js' },
    sendfile: 'x-sendfile',
  };
  assert.deepEqual(problems(declaring([module], { trustedProxies })), [
    'shares[0].sendfile: needs "root": another server cannot open the files of a storage module',
  ]);
  assert.deepEqual(problems(declaring([{ ...svnShare, sendfile: 'x-sendfile' }], { trustedProxies })), [
    'shares[0].sendfile: is not a known key',
  ]);
  assert.deepEqual(problems(declaring([{ ...staticShare, sendfile: true }], { trustedProxies })), [
    'shares[0].sendfile: must be one of "x-accel-redirect" and "x-sendfile"',
  ]);
});

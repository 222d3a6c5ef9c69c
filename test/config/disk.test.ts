import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { describeDeclaration } from '../../src/config/describe.js';
import { diskOf } from '../../src/config/kinds/disk.js';
import { mayHang, mountOf, parseMounts, readMounts } from '../../src/config/mounts.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { declaring, site, staticShare, webdavShare } from './site.js';

/** As on a real machine, with an automounter's mount below the one that it made. */
const mountinfo = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
23 22 0:21 / /proc rw,relatime - proc proc rw
40 22 0:40 / /net rw,relatime - autofs systemd-1 rw,fd=52
41 22 0:41 /export /srv/team\\040files rw,relatime shared:30 master:2 - nfs4 files:/export rw,vers=4.2,hard
42 22 0:42 / /srv/local rw - nfs files:/old rw
43 22 0:43 / /srv/local rw - xfs /dev/vdb rw
`;

describe('what is mounted', () => {
  test('is read from the kernel’s list, of two at one place the later', () => {
    assert.deepEqual(parseMounts(mountinfo), [
      { point: '/', type: 'ext4' },
      { point: '/proc', type: 'proc' },
      { point: '/net', type: 'autofs' },
      { point: '/srv/team files', type: 'nfs4' },
      { point: '/srv/local', type: 'xfs' },
    ]);
    assert.deepEqual(parseMounts('\nnonsense\n - \n'), []);
  });

  test('contains a path at the longest point, name by name', () => {
    const mounts = parseMounts(mountinfo);
    for (const [path, point] of [
      ['/', '/'],
      ['/srv/team files', '/srv/team files'],
      ['/srv/team files/a/b', '/srv/team files'],
      ['/srv/team files2', '/'],
      ['/srv/local/a', '/srv/local'],
    ] as const) {
      assert.equal(mountOf(path, mounts)?.point, point, path);
    }
  });

  test('may hang where a network or another program answers', () => {
    const [slow, fast] = [
      [
        'nfs',
        'nfs4',
        'cifs',
        'smb3',
        'fuse',
        'fuse.sshfs',
        'fuseblk',
        '9p',
        'afs',
        'ceph',
        'gfs2',
        'lustre',
        'autofs',
      ],
      ['ext4', 'xfs', 'btrfs', 'zfs', 'tmpfs', 'overlay', 'fusectl', 'nfsd', 'proc'],
    ];
    assert.deepEqual(
      slow.filter((type) => !mayHang({ point: '/', type })),
      [],
    );
    assert.deepEqual(
      fast.filter((type) => mayHang({ point: '/', type })),
      [],
    );
  });

  test('on this machine includes the root', { skip: process.platform !== 'linux' }, () => {
    assert.ok(mountOf('/', readMounts()));
  });
});

describe('how a folder is called', () => {
  test('depends on its file system, where links lead and what is mounted below', (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'plain'));
    mkdirSync(join(folder, 'remote'));
    mkdirSync(join(folder, 'above', 'below'), { recursive: true });
    symlinkSync('remote/deep', join(folder, 'link'));
    symlinkSync('link', join(folder, 'loop'));
    const mounts = [
      { point: '/', type: 'ext4' },
      { point: join(folder, 'remote'), type: 'nfs4' },
      { point: join(folder, 'above/below'), type: 'cifs' },
    ];
    const at = (name: string) => diskOf(join(folder, name), {}, mounts);
    assert.deepEqual(at('plain'), { calls: 'sync', type: 'ext4' });
    for (const name of ['link', 'loop', 'remote/deep']) {
      const real = join(folder, 'remote/deep');
      assert.deepEqual(at(name), { calls: 'async', type: 'nfs4', limit: 10_000, real }, name);
    }
    assert.deepEqual(at('above'), {
      calls: 'async',
      type: 'cifs',
      limit: 10_000,
      real: join(folder, 'above'),
    });
  });

  test('is as declared, whatever the file system', () => {
    const mounts = parseMounts(mountinfo);
    assert.deepEqual(diskOf('/srv/team files/a', { metadata: 'sync' }, mounts), {
      calls: 'sync',
      type: 'nfs4',
    });
    assert.deepEqual(diskOf('/srv/local/a', { metadata: 'async', diskSeconds: 2.5 }, mounts), {
      ...{ calls: 'async', type: undefined, limit: 2500, real: '/srv/local/a' },
    });
  });

  test('is told in words', (t) => {
    const { load } = site(t);
    const words = describeDeclaration(
      load(
        declaring([
          { ...staticShare, metadata: 'async' },
          { ...webdavShare, metadata: 'sync' },
          { path: '/slow', kind: 'webdav', root: './svn', metadata: 'async', diskSeconds: 2.5 },
        ]),
      ),
    );
    assert.deepEqual(
      words.match(/(?<=metadata: ).*/g)?.map((line) => line.replace(/^sync \(.*\)$/, 'sync')),
      [
        'async (declared); answers 503 where a step takes more than 10 s',
        'sync',
        'async (declared); answers 503 where a step takes more than 2.5 s',
      ],
    );
  });
});

describe('a declaration with a folder that may hang', () => {
  test('loads without touching it', (t) => {
    const { folder, problems } = site(t);
    rmSync(join(folder, 'docs'), { recursive: true });
    assert.deepEqual(problems(declaring([{ ...webdavShare, metadata: 'async' }])), []);
    assert.equal(problems(declaring([{ ...webdavShare, metadata: 'sync' }])).length, 1);
  });

  test('still shares no secrets', (t) => {
    const { problems } = site(t);
    for (const root of ['.', './docs/..']) {
      const [first = ''] = problems(declaring([{ ...webdavShare, root, metadata: 'async' }]));
      assert.match(first, /shares\[0\]\.root: contains/);
    }
  });

  test('needs a folder and a sensible time', (t) => {
    const { problems } = site(t);
    const module = { path: '/m', kind: 'webdav', storage: { module: './m.js' }, metadata: 'async' };
    assert.match(problems(declaring([module])).join(), /shares\[0\]\.metadata: is for a folder/);
    assert.match(
      problems(declaring([{ ...webdavShare, metadata: 'async', diskSeconds: 0 }])).join(),
      /diskSeconds/,
    );
  });
});

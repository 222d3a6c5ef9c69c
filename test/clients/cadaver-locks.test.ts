import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';
import { outcomeOf } from './helpers/programs.js';

for (const [start, prefix] of [
  ['/docs/', ''],
  ['/', 'docs/'],
] as const) {
  describe(`cadaver that opened ${start}`, () => {
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let home: string;
    before(async () => {
      davgate = await sampleDavgate();
      home = await mkdtemp(join(tmpdir(), 'davgate-cadaver-'));
      await writeFile(join(home, '.netrc'), 'machine 127.0.0.1\nlogin alice\npassword alice-demo\n', {
        mode: 0o600,
      });
      for (const name of ['one', 'two', 'three']) await writeFile(join(home, `${name}.txt`), `${name}\n`);
    });
    after(async () => {
      await davgate.dispose();
      await rm(home, { recursive: true, force: true });
    });
    const cadaver = async (...commands: string[]): Promise<string> => {
      const { out, error } = await outcomeOf('cadaver', [`${davgate.url}${start}`], {
        cwd: home,
        env: { HOME: home },
        input: [...commands, 'quit', ''].join('\n'),
      });
      return out + error;
    };
    const disk = (name: string): string => join(davgate.folder, 'docs', name);

    if (start === '/') {
      it('sees the shares that alice may read, and enters one', async () => {
        const out = await cadaver('ls', 'cd docs', 'ls', 'cd ../staff', 'pwd');
        for (const share of ['docs', 'scratch']) assert.match(out, new RegExp(`Coll: +${share} `));
        assert.doesNotMatch(out, /Coll: +staff /);
        assert.match(out, /Handbook\.md/);
        assert.match(out, /Could not access \/staff\/[^\n]*:\n403/);
        assert.match(out, /Current collection is `[^']*\/docs\/'/);
      });
      it('may make nothing beside the shares', async () => {
        const out = await cadaver('put one.txt', 'mkcol beside');
        assert.equal(out.match(/40[35] /g)?.length, 2, out);
      });
    }

    it('puts several files by mput, and gets them by mget', async () => {
      const out = await cadaver(`mkcol ${prefix}many`, `cd ${prefix}many`, 'mput one.txt two.txt three.txt');
      assert.equal(out.match(/Uploading/g)?.length, 3, out);
      assert.deepEqual((await readdir(disk('many'))).sort(), ['one.txt', 'three.txt', 'two.txt']);
      assert.equal(await readFile(disk('many/two.txt'), 'utf8'), 'two\n');
    });

    it('copies and moves files and a folder', async () => {
      const out = await cadaver(
        `cd ${prefix}many`,
        'copy one.txt four.txt',
        'move four.txt five.txt',
        'cd ..',
        'copy many copied',
        'move copied moved',
      );
      assert.equal(out.match(/succeeded/g)?.length, 4, out);
      assert.deepEqual((await readdir(disk('moved'))).sort(), [
        'five.txt',
        'one.txt',
        'three.txt',
        'two.txt',
      ]);
    });

    it('sets, reads, names and removes a property, and it follows a move', async () => {
      const out = await cadaver(
        `cd ${prefix}many`,
        'set namespace http://example.org/ns',
        'propset one.txt colour blue',
        'move one.txt six.txt',
        'propget six.txt colour',
        'propnames six.txt',
        'propdel six.txt colour',
        'propget six.txt colour',
      );
      assert.match(out, /Value of colour is: blue/);
      assert.match(out, /http:\/\/example\.org\/ns colour/);
      assert.match(out, /Could not fetch property|404/);
    });

    it('locks, discovers and unlocks', async () => {
      const other = new DavClient(davgate, 'alice', 'another client');
      const out = await cadaver(
        `cd ${prefix}many`,
        'lock two.txt',
        'showlocks',
        'discover two.txt',
        'put three.txt two.txt',
        'unlock two.txt',
        'discover two.txt',
      );
      assert.match(out, /Locking `two\.txt': succeeded/);
      assert.match(out, /urn:uuid:[\s\S]*urn:uuid:/);
      assert.match(out, /Unlocking `two\.txt': succeeded/);
      assert.equal(await readFile(disk('many/two.txt'), 'utf8'), 'three\n');
      assert.equal(await other.status('PUT', '/docs/many/two.txt', { body: 'free' }), 204);
    });

    it('steals the lock that an earlier session left, and gives it back', async () => {
      const left = await cadaver(`cd ${prefix}many`, 'lock three.txt');
      assert.match(left, /Locking `three\.txt': succeeded/);
      const other = new DavClient(davgate, 'alice', 'another client');
      assert.equal(await other.status('PUT', '/docs/many/three.txt', { body: 'x' }), 423);
      const out = await cadaver(
        `cd ${prefix}many`,
        'put one.txt three.txt',
        'steal three.txt',
        'y',
        'put one.txt three.txt',
        'unlock three.txt',
      );
      assert.match(out, /423 Locked/);
      assert.equal(await readFile(disk('many/three.txt'), 'utf8'), 'one\n', out);
      assert.equal(await other.status('PUT', '/docs/many/three.txt', { body: 'free' }), 204);
    });
  });
}

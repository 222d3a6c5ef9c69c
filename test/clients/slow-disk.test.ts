import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { hangingKinds, type HangingDisk, type HangingKind } from '../helpers/hanging/disks.js';
import { untilPasses } from '../helpers/until.js';
import { DavClient, type DavAnswer } from './helpers/dav-client.js';
import {
  declare,
  login,
  makeSample,
  projectFolder,
  sampleDavgate,
  startDavgate,
  type TestDavgate,
} from './helpers/davgate.js';
import { outcomeOf, type Outcome } from './helpers/programs.js';
import { reload, withShare } from './helpers/reloading.js';

const fuse = 'FUSE';

/** The share on the disk that hangs. What is mounted by FUSE is found to be so. */
function slowShare(kind: HangingKind, disk: HangingDisk): object {
  return {
    ...{ path: '/slow', kind: 'webdav', root: disk.folder, diskSeconds: 2, require: { staff: false } },
    ...(kind.name === fuse ? {} : { metadata: 'async' }),
  };
}

interface Served {
  readonly disk: HangingDisk;
  readonly davgate: TestDavgate;
  readonly alice: DavClient;
}

async function serving(t: TestContext, kind: HangingKind): Promise<Served> {
  const disk = await kind.make();
  await writeFile(join(disk.behind, 'file'), 'old');
  await writeFile(join(disk.behind, 'large'), Buffer.alloc(20_000_000, 'x'));
  const davgate = await sampleDavgate(withShare(slowShare(kind, disk)), disk.variables);
  t.after(async () => {
    await disk.answer();
    await davgate.dispose();
    await disk.remove();
  });
  return { disk, davgate, alice: new DavClient(davgate, 'alice', 'curl/8') };
}

function mustBeUnavailable({ status, headers }: Pick<DavAnswer, 'status' | 'headers'>, asked = 'it'): void {
  assert.equal(status, 503, asked);
  assert.equal(headers['retry-after'], '2');
}

async function mustServeAgain(alice: DavClient): Promise<void> {
  await untilPasses(async () => {
    assert.equal((await alice.ask('GET', '/slow/file')).text, 'old');
  });
}

function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
}

function check(folder: string, { variables }: HangingDisk): Promise<Outcome> {
  const command = join(projectFolder, 'dist/server/cli/davgate.js');
  return outcomeOf(process.execPath, [command, 'check', join(folder, 'shares.json')], { env: variables });
}

for (const kind of hangingKinds) {
  describe(`A share on a disk that hangs, by ${kind.name}`, () => {
    it('answers 503 to a hundred clients, while the others are served, and is served when it answers', async (t) => {
      const { disk, davgate, alice } = await serving(t, kind);
      assert.equal(await alice.status('PUT', '/slow/new', { body: 'new' }), 201);
      assert.equal(await alice.status('PROPFIND', '/slow/', { headers: { Depth: '1' } }), 207);
      await disk.hang();
      const methods = ['GET', 'HEAD', 'PROPFIND', 'PUT', 'DELETE', 'MKCOL', 'OPTIONS', 'MOVE', 'COPY', 'GET'];
      const slow = Array.from({ length: 100 }, (_, index) => {
        const method = methods[index % methods.length] ?? 'GET';
        const headers = {
          ...(method === 'PROPFIND' && { Depth: '1' }),
          ...((method === 'MOVE' || method === 'COPY') && { Destination: `${davgate.url}/slow/other` }),
        };
        return alice.ask(method, '/slow/file', { headers });
      });
      await disk.waits();
      // Nothing lets the disk answer before they are.
      for (let count = 0; count < 50; count += 1) {
        assert.equal(await alice.status('GET', '/docs/Handbook.md'), 200);
        assert.equal(await alice.status('PROPFIND', '/docs/', { headers: { Depth: '1' } }), 207);
        assert.equal(
          await alice.status('PUT', '/docs/more.txt', { body: String(count) }),
          count === 0 ? 201 : 204,
        );
      }
      for (const [index, answer] of (await Promise.all(slow)).entries())
        mustBeUnavailable(answer, methods[index % methods.length]);
      mustBeUnavailable(await alice.ask('GET', '/slow/file'));
      await davgate.logged(({ msg }) => msg === 'this share answers 503 until its disk answers');
      await disk.answer();
      await mustServeAgain(alice);
      assert.equal(await alice.status('DELETE', '/slow/new'), 204);
    });

    it('ends a download and an upload that it hangs up on', async (t) => {
      const { disk, davgate, alice } = await serving(t, kind);
      const options = { host: '127.0.0.1', port: davgate.port, auth: login('alice') };
      const download = request({ ...options, path: '/slow/large' }).end();
      const incoming = await responseTo(download);
      await once(incoming, 'data');
      incoming.pause();
      await disk.hang('read');
      const broken = once(incoming, 'end');
      incoming.resume();
      await assert.rejects(broken, /aborted/);
      await disk.answer();
      await mustServeAgain(alice);

      const upload = request({ ...options, method: 'PUT', path: '/slow/file' });
      upload.write(Buffer.alloc(100_000, 'y'));
      await disk.hang('write');
      upload.write(Buffer.alloc(100_000, 'y'));
      await disk.waits();
      upload.write(Buffer.alloc(100_000, 'y'));
      const answer = await responseTo(upload);
      mustBeUnavailable({
        status: answer.statusCode ?? 0,
        headers: { 'retry-after': answer.headers['retry-after'] },
      });
      upload.destroy();
      await disk.answer();
      await mustServeAgain(alice);
      assert.equal((await alice.ask('GET', '/docs/Handbook.md')).status, 200);
    });

    it('can be checked and reloaded while it hangs, and does not keep davgate from ending', async (t) => {
      const { disk, davgate, alice } = await serving(t, kind);
      const before = await check(davgate.folder, disk);
      assert.equal(before.code, 0, before.error);
      assert.match(
        before.out,
        /metadata: async \((?:declared|fuse\S*)\); answers 503 where a step takes more than 2 s/,
      );
      assert.match(before.out, /metadata: sync/);
      assert.doesNotMatch(before.error, /does not answer/);
      await disk.hang();
      const during = await check(davgate.folder, disk);
      assert.equal(during.code, 0, during.error);
      assert.match(during.error, /warning: .*shares\[\d\]\.root.* does not answer within 2 s/s);
      assert.equal((await reload(davgate)).msg, 'reloaded');
      assert.equal(await alice.status('GET', '/docs/Handbook.md'), 200);
      mustBeUnavailable(await alice.ask('GET', '/slow/file'));
      const waiting = alice.ask('GET', '/slow/file').catch(() => undefined);
      assert.equal(await davgate.end(), 0);
      await waiting;
    });

    it('does not keep davgate from starting, and is served when it answers', async (t) => {
      const disk = await kind.make();
      await writeFile(join(disk.behind, 'file'), 'old');
      const folder = await makeSample();
      await declare(folder, withShare(slowShare(kind, disk)));
      await disk.hang();
      const davgate = await startDavgate(folder, disk.variables);
      t.after(async () => {
        await disk.answer();
        await davgate.end();
        await disk.remove();
        await rm(folder, { recursive: true, force: true });
      });
      const alice = new DavClient(davgate, 'alice', 'curl/8');
      assert.equal(await alice.status('GET', '/docs/Handbook.md'), 200);
      mustBeUnavailable(await alice.ask('GET', '/slow/file'));
      await disk.answer();
      await mustServeAgain(alice);
      assert.deepEqual(
        readdirSync(disk.behind).filter((name) => name !== 'file'),
        [],
      );
    });
  });
}

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { svnErrorBody, svnErrorType } from '../../src/svn/error-body.js';
import {
  ApacheChild,
  childOptions,
  makeRepositories,
  privateFolder,
  type Proxy,
  rm,
  run,
  startProxy,
  svn,
} from './apache-fixture.js';

const parts: { folder: string; child?: ApacheChild; proxy?: Proxy; log: string[] } = { folder: '', log: [] };
let url = '';
let proxy: Proxy;

before(async () => {
  parts.folder = await privateFolder();
  await chmod(parts.folder, 0o755);
  const repositories = await makeRepositories(parts.folder, 'one', 'two');
  parts.child = new ApacheChild(await childOptions(repositories, { log: (line) => parts.log.push(line) }));
  await parts.child.start();
  proxy = await startProxy(parts.child);
  parts.proxy = proxy;
  url = `http://127.0.0.1:${proxy.port}/svn/one`;
  await svn(parts.folder, 'mkdir', '--parents', '-m', 'lay out', `${url}/trunk/lib`, `${url}/tags`);
});
after(async () => {
  await parts.proxy?.close();
  await parts.child?.stop();
  await rm(parts.folder, { recursive: true, force: true });
});
beforeEach(() => {
  proxy.username = 'alice';
  proxy.errors.length = 0;
});

let copies = 0;
async function checkout(path = 'trunk'): Promise<string> {
  copies += 1;
  const copy = join(parts.folder, `wc${copies}`);
  await svn(parts.folder, 'checkout', '-q', `${url}/${path}`, copy);
  return copy;
}

const sha = (data: Buffer) => createHash('sha256').update(data).digest('hex');

test('checkout, edit, commit, update: the author is the authenticated user', async () => {
  const copy = await checkout();
  await writeFile(join(copy, 'Zürich & co [1] 100%.txt'), 'eins\n');
  await svn(copy, 'add', '-q', 'Zürich & co [1] 100%.txt');
  proxy.username = 'Zoë Müller';
  assert.match(await svn(copy, 'commit', '-m', 'add'), /Committed revision \d+\.\s*$/);
  const other = await checkout();
  assert.equal(await readFile(join(other, 'Zürich & co [1] 100%.txt'), 'utf8'), 'eins\n');
  await writeFile(join(copy, 'Zürich & co [1] 100%.txt'), 'zwei\n');
  await svn(copy, 'commit', '-q', '-m', 'change');
  await svn(other, 'update', '-q');
  assert.equal(await readFile(join(other, 'Zürich & co [1] 100%.txt'), 'utf8'), 'zwei\n');
  const log = await svn(parts.folder, 'log', '--xml', '-l', '1', `${url}/trunk`);
  assert.match(log, /<author>Zoë Müller<\/author>/);
  assert.deepEqual(proxy.errors, []);
});

test('copy, move, delete and switch go through the rewritten Destination', async () => {
  await svn(parts.folder, 'copy', '-q', '-m', 'tag', `${url}/trunk`, `${url}/tags/v 1`);
  await svn(parts.folder, 'move', '-q', '-m', 'rename', `${url}/tags/v 1`, `${url}/tags/v2`);
  assert.equal(await svn(parts.folder, 'list', `${url}/tags`), 'v2/\n');
  const copy = await checkout();
  await svn(copy, 'switch', '-q', '--ignore-ancestry', `${url}/tags/v2`);
  await svn(copy, 'move', '-q', 'lib', 'library');
  await svn(copy, 'commit', '-q', '-m', 'move in the working copy');
  assert.match(await svn(parts.folder, 'list', `${url}/tags/v2`), /^library\/$/m);
  await svn(parts.folder, 'delete', '-q', '-m', 'gone', `${url}/tags/v2`);
  assert.equal(await svn(parts.folder, 'list', `${url}/tags`), '');
});

test('merge, blame, properties and revision properties', async () => {
  const copy = await checkout();
  await writeFile(join(copy, 'merge.txt'), 'a\n');
  await svn(copy, 'add', '-q', 'merge.txt');
  await svn(copy, 'propset', '-q', 'colour', 'grün', 'merge.txt');
  await svn(copy, 'commit', '-q', '-m', 'base');
  await svn(parts.folder, 'copy', '-q', '-m', 'branch', `${url}/trunk`, `${url}/branch`);
  const branch = await checkout('branch');
  await writeFile(join(branch, 'merge.txt'), 'a\nb\n');
  await svn(branch, 'commit', '-q', '-m', 'on the branch');
  await svn(copy, 'update', '-q');
  await svn(copy, 'merge', '-q', `${url}/branch`, '.');
  proxy.username = 'bob';
  await svn(copy, 'commit', '-q', '-m', 'merged');
  assert.match(await svn(parts.folder, 'blame', '-g', `${url}/trunk/merge.txt`), /alice +a/);
  assert.equal((await svn(parts.folder, 'propget', 'colour', `${url}/trunk/merge.txt`)).trim(), 'grün');
  assert.match(
    await svn(parts.folder, 'mergeinfo', '--show-revs', 'merged', `${url}/branch`, `${url}/trunk`),
    /^r\d+/m,
  );
});

test('locks have an owner, hold others off and are given back', async () => {
  const copy = await checkout();
  await writeFile(join(copy, 'locked.bin'), 'x');
  await svn(copy, 'add', '-q', 'locked.bin');
  await svn(copy, 'commit', '-q', '-m', 'to lock');
  await svn(copy, 'lock', '-m', 'mine & <only>', 'locked.bin');
  assert.match(await svn(parts.folder, 'info', `${url}/trunk/locked.bin`), /Lock Owner: alice/);
  proxy.username = 'bob';
  const other = await checkout();
  await assert.rejects(svn(other, 'lock', 'locked.bin'), /already locked by user 'alice'/);
  await writeFile(join(other, 'locked.bin'), 'y');
  await assert.rejects(svn(other, 'commit', '-m', 'over the lock'), /lock/);
  proxy.username = 'alice';
  await writeFile(join(copy, 'locked.bin'), 'z');
  await svn(copy, 'commit', '-q', '--no-unlock', '-m', 'under the lock');
  await svn(copy, 'unlock', 'locked.bin');
  await svn(copy, 'lock', 'locked.bin');
  await svn(copy, 'delete', '-q', '--force', 'locked.bin');
  await svn(copy, 'commit', '-q', '-m', 'deleted under the lock');
  assert.doesNotMatch(await svn(parts.folder, 'list', `${url}/trunk`), /locked/);
});

test('50 MB go in and out unchanged', async () => {
  const data = randomBytes(50 * 1024 * 1024);
  const copy = await checkout();
  await writeFile(join(copy, 'large.bin'), data);
  await svn(copy, 'add', '-q', 'large.bin');
  await svn(copy, 'commit', '-q', '-m', 'large');
  const other = await checkout();
  assert.equal(sha(await readFile(join(other, 'large.bin'))), sha(data));
  const target = join(parts.folder, 'large.bin');
  await run('curl', ['-sSf', '-o', target, `${url}/trunk/large.bin`]);
  assert.equal(sha(await readFile(target)), sha(data));
});

test('a commit of many files', async () => {
  const copy = await checkout();
  await mkdir(join(copy, 'many'));
  for (let index = 0; index < 200; index += 1) {
    await writeFile(join(copy, 'many', `${index}.txt`), `${index}\n`.repeat(index));
  }
  await svn(copy, 'add', '-q', 'many');
  await svn(copy, 'commit', '-q', '-m', 'two hundred');
  assert.equal((await svn(parts.folder, 'list', `${url}/trunk/many`)).split('\n').length, 201);
});

test('a repository behind a folder that Apache cannot walk to is served', async (t) => {
  const folder = await privateFolder();
  const child = new ApacheChild(await childOptions(await makeRepositories(folder, 'hidden')));
  t.after(async () => {
    await child.stop();
    await rm(folder, { recursive: true });
  });
  await child.start();
  const hidden = await startProxy(child);
  t.after(() => hidden.close());
  await svn(folder, 'mkdir', '-m', 'a', `http://127.0.0.1:${hidden.port}/svn/hidden/a`);
  assert.equal(await svn(folder, 'list', `http://127.0.0.1:${hidden.port}/svn/hidden`), 'a/\n');
});

for (const status of [403, 502, 503]) {
  test(`svn prints the sentence of a ${status}`, async (t) => {
    const body = svnErrorBody('Only <editors> & friends may write here.');
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { 'Content-Type': svnErrorType, 'Content-Length': Buffer.byteLength(body) });
      response.end(body);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    t.after(() => server.close());
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    await assert.rejects(
      svn(parts.folder, 'info', `http://127.0.0.1:${address.port}/svn/one`),
      /E175002: Only <editors> & friends may write here\./,
    );
  });
}

test('svn prints the sentence while Apache does not run', async (t) => {
  const down = await startProxy({ address: () => undefined });
  t.after(() => down.close());
  await assert.rejects(
    svn(parts.folder, 'list', `http://127.0.0.1:${down.port}/svn/one`),
    /E175002: The Subversion server is not running at the moment\./,
  );
});

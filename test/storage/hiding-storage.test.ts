import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { hiddenNames, hidingStorage } from '../../src/storage/hiding-storage.js';
import { storageContract } from '../contracts/storage-contract.js';
import { failing } from '../contracts/failing.js';
import { inShare } from '../helpers/paths.js';
import { DavSite, davSite } from '../dav/dav-site.js';
import { localStorage } from './local-setting.js';

storageContract('a local folder that hides nothing that is there', (t) =>
  hidingStorage(['*.hidden-by-pattern'], localStorage(t).storage),
);

const patterns: readonly [string, string, boolean][] = [
  ['*.tmp', 'a.tmp', true],
  ['*.tmp', '.tmp', true],
  ['*.tmp', 'a.tmp.txt', false],
  ['.*', '.DS_Store', true],
  ['.*', 'a.b', false],
  ['*', 'anything', true],
  ['~$*', '~$letter.docx', true],
  ['Thumbs.db', 'Thumbs.db', true],
  ['Thumbs.db', 'thumbs.db', false],
  ['{a,b}?', 'bc', true],
  ['[ab]', 'b', true],
  ['[ab]', 'c', false],
  ['!a', 'b', false],
  ['!a', '!a', true],
  ['#x', '#x', true],
  ['\u00e9*', 'e\u0301x', true],
  ['e\u0301*', '\u00e9x', true],
];
for (const [pattern, name, hidden] of patterns) {
  test(`${pattern} ${hidden ? 'hides' : 'does not hide'} ${name}`, () => {
    assert.equal(hiddenNames([pattern])(name), hidden);
  });
}

/** /docs hides dot files and `*.tmp`, and holds some. */
async function hidingSite(t: TestContext): Promise<DavSite> {
  const plain = await davSite(t);
  mkdirSync(join(plain.folder, '.git'));
  mkdirSync(join(plain.folder, 'folder'));
  for (const name of ['.git/config', 'a.tmp', 'file', 'folder/b.tmp', 'folder/file']) {
    writeFileSync(join(plain.folder, name), name);
  }
  const docs = hidingStorage(['.*', '*.tmp'], plain.docs);
  return new DavSite(plain.folder, docs, plain.attic, plain);
}

describe('A share that hides names', () => {
  const refusals: readonly [string, string, string | undefined, number][] = [
    ['GET', '/docs/a.tmp', undefined, 404],
    ['GET', '/docs/.git/config', undefined, 404],
    ['PROPFIND', '/docs/.git/', undefined, 404],
    ['DELETE', '/docs/a.tmp', undefined, 404],
    ['DELETE', '/docs/.git', undefined, 404],
    ['COPY', '/docs/a.tmp', '/docs/shown', 404],
    ['MOVE', '/docs/a.tmp', '/docs/shown', 404],
    ['COPY', '/docs/a.tmp', '/attic/shown', 404],
    ['PUT', '/docs/a.tmp', undefined, 403],
    ['PUT', '/docs/new.tmp', undefined, 403],
    ['PUT', '/docs/.git/hooks', undefined, 409],
    ['MKCOL', '/docs/.new', undefined, 403],
    ['COPY', '/docs/file', '/docs/new.tmp', 403],
    ['MOVE', '/docs/file', '/docs/.git', 403],
    ['MOVE', '/docs/folder', '/docs/.new', 403],
  ];
  for (const [method, path, to, status] of refusals) {
    test(`answers ${method} ${path}${to === undefined ? '' : ` to ${to}`} with ${status}`, async (t) => {
      const site = await hidingSite(t);
      const before = readdirSync(site.folder, { recursive: true }).sort();
      const headers = method === 'PROPFIND' ? { depth: '0' } : {};
      const answer = await site.ask(method, path, { headers, ...(to === undefined ? {} : { to }) });
      assert.equal(answer.status, status);
      assert.deepEqual(readdirSync(site.folder, { recursive: true }).sort(), before);
    });
  }

  test('lists the others', async (t) => {
    const site = await hidingSite(t);
    const listed = await site.ask('PROPFIND', '/docs/', { headers: { depth: '1' } });
    assert.deepEqual(
      listed
        .members()
        .map(({ href }) => href)
        .sort(),
      ['/docs/', '/docs/file', '/docs/folder/'],
    );
  });

  test('copies a tree without what is hidden in it, and moves one with it', async (t) => {
    const site = await hidingSite(t);
    assert.equal((await site.ask('COPY', '/docs/folder', { to: '/docs/copy' })).status, 201);
    assert.deepEqual(readdirSync(join(site.folder, 'copy')), ['file']);
    assert.equal((await site.ask('MOVE', '/docs/folder', { to: '/docs/moved' })).status, 201);
    assert.deepEqual(readdirSync(join(site.folder, 'moved')).sort(), ['b.tmp', 'file']);
  });

  test('never removes what the client does not see', async (t) => {
    const site = await hidingSite(t);
    await site.mkcol('/docs/empty');
    const copied = await site.ask('COPY', '/docs/empty', { to: '/docs/folder' });
    assert.deepEqual(
      copied.members().map(({ href, status }) => [href, status]),
      [['/docs/folder/', 409]],
    );
    assert.ok(existsSync(join(site.folder, 'folder/b.tmp')));
    assert.equal((await site.ask('DELETE', '/docs/folder')).status, 409);
    assert.ok(existsSync(join(site.folder, 'folder/b.tmp')));
  });

  test('lists nothing of what is hidden', async (t) => {
    const storage = hidingStorage(['.*'], localStorage(t).storage);
    const listing = async (): Promise<void> => {
      for await (const _ of storage.list(inShare('/.git')));
    };
    await assert.rejects(listing(), failing('not-found'));
  });
});

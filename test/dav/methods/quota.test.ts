import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limitedStorage } from '../../../src/storage/limited-storage.js';
import { davSite, propfindBody, DavSite } from '../dav-site.js';

const names = ['{DAV:}quota-available-bytes', '{DAV:}quota-used-bytes'];
const body = propfindBody('<D:prop><D:quota-available-bytes/><D:quota-used-bytes/></D:prop>');

async function quotaOf(site: DavSite, target: string): Promise<(string | undefined)[]> {
  const answer = await site.ask('PROPFIND', target, { headers: { depth: '0' }, body });
  const [member] = answer.members();
  return names.map((name) => member?.properties.get(200)?.get(name)?.text);
}

describe('Finder asks a collection for its quota', () => {
  test('and gets whole numbers from the file system', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/folder');
    for (const target of ['/docs/', '/docs/folder/']) {
      for (const text of await quotaOf(site, target)) assert.match(text ?? '', /^\d+$/);
    }
  });

  test('and gets those of the share where it has one', async (t) => {
    const plain = await davSite(t);
    const site = new DavSite(
      plain.folder,
      limitedStorage(plain.docs, 1000),
      limitedStorage(plain.attic, 1000),
      plain,
    );
    for (const share of ['/docs', '/attic']) {
      await site.put(`${share}/file`, 'x'.repeat(300));
      assert.deepEqual(await quotaOf(site, `${share}/`), ['700', '300']);
      const refused = await site.ask('PUT', `${share}/more`, { body: 'x'.repeat(701) });
      assert.deepEqual([refused.status, refused.condition], [507, 'quota-not-exceeded']);
      const copies = ['one', 'two', 'three'].map((name) =>
        site.ask('COPY', `${share}/file`, { to: `${share}/${name}` }),
      );
      const statuses = (await Promise.all(copies)).map(({ status }) => status).sort();
      assert.deepEqual(statuses, [201, 201, 507]);
    }
  });

  test('a file and a module without a quota have none, and allprop tells of none', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    assert.deepEqual(await quotaOf(site, '/docs/file'), [undefined, undefined]);
    assert.deepEqual(await quotaOf(site, '/attic'), [undefined, undefined]);
    for (const name of names) assert.equal(await site.property('/docs', name), undefined);
  });
});

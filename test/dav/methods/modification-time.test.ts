import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { describe, test } from 'node:test';
import { davSite, propfindBody, propertyUpdate, type DavSite } from '../dav-site.js';

const win32 = '{urn:schemas-microsoft-com:}';
const names = ['CreationTime', 'LastAccessTime', 'LastModifiedTime', 'FileAttributes'].map(
  (name) => `${win32}Win32${name}`,
);

/** What Windows Explorer sends after an upload. */
function explorerUpdate(lastModified: string): string {
  return propertyUpdate(
    '<D:set><D:prop xmlns:Z="urn:schemas-microsoft-com:">' +
      '<Z:Win32CreationTime>Sat, 03 Feb 2001 04:05:06 GMT</Z:Win32CreationTime>' +
      '<Z:Win32LastAccessTime>Sun, 04 Feb 2001 04:05:06 GMT</Z:Win32LastAccessTime>' +
      `<Z:Win32LastModifiedTime>${lastModified}</Z:Win32LastModifiedTime>` +
      '<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set>',
  );
}

async function named(site: DavSite, target: string, name: string): Promise<string | undefined> {
  const local = name.replace(/.*}/, '');
  const body = propfindBody(`<D:prop><p:${local} xmlns:p="${name.slice(1, name.indexOf('}'))}"/></D:prop>`);
  const answer = await site.ask('PROPFIND', target, { headers: { depth: '0' }, body });
  return answer.members()[0]?.properties.get(200)?.get(name)?.text;
}

async function patched(site: DavSite, target: string, body: string): Promise<string[]> {
  const [member, ...others] = (await site.ask('PROPPATCH', target, { body })).members();
  assert.equal(others.length, 0);
  assert.deepEqual([...(member?.properties.keys() ?? [])], [200]);
  return [...(member?.properties.get(200)?.keys() ?? [])].sort();
}

describe('Windows Explorer', () => {
  for (const target of ['/docs/file', '/docs/folder', '/attic/file']) {
    test(`gets 200 for each of its four properties of ${target}, and reads them back`, async (t) => {
      const site = await davSite(t);
      await site.mkcol('/docs/folder');
      await site.put('/docs/file');
      await site.put('/attic/file');
      const date = 'Mon, 05 Feb 2001 04:05:06 GMT';
      assert.deepEqual(await patched(site, target, explorerUpdate(date)), [...names].sort());
      assert.equal(await named(site, target, `${win32}Win32LastModifiedTime`), date);
      assert.equal(await named(site, target, `${win32}Win32CreationTime`), 'Sat, 03 Feb 2001 04:05:06 GMT');
      assert.equal(await named(site, target, `${win32}Win32FileAttributes`), '00000020');
      if (target.startsWith('/attic')) return;
      assert.equal((await site.property(target, '{DAV:}getlastmodified'))?.text, date);
      assert.equal(
        Math.floor(statSync(site.folder + target.slice('/docs'.length)).mtimeMs / 1000),
        981345906,
      );
    });
  }

  test('is not told an old time once the file has changed', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file', 'old');
    await patched(site, '/docs/file', explorerUpdate('yesterday'));
    assert.equal(await named(site, '/docs/file', `${win32}Win32LastModifiedTime`), 'yesterday');
    await patched(site, '/docs/file', explorerUpdate('Mon, 05 Feb 2001 04:05:06 GMT'));
    await site.put('/docs/file', 'new');
    const told = await named(site, '/docs/file', `${win32}Win32LastModifiedTime`);
    assert.equal(told, (await site.property('/docs/file', '{DAV:}getlastmodified'))?.text);
    assert.notEqual(told, 'Mon, 05 Feb 2001 04:05:06 GMT');
  });

  test('has a value that is no date kept, and the time left alone', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    const before = statSync(`${site.folder}/file`).mtimeMs;
    for (const value of ['yesterday', '', 'Mon, 31 Feb 2001 04:05:06 GMT', 'Tue, 01 Jan 1601 00:00:00 GMT']) {
      assert.equal((await patched(site, '/docs/file', explorerUpdate(value))).length, 4);
      assert.equal(await named(site, '/docs/file', `${win32}Win32LastModifiedTime`), value);
      assert.equal(statSync(`${site.folder}/file`).mtimeMs, before);
    }
  });

  test('changes no time where another property is refused', async (t) => {
    const site = await davSite(t);
    mkdirSync(`${site.folder}/folder`);
    const before = statSync(`${site.folder}/folder`).mtimeMs;
    const body = explorerUpdate('Mon, 05 Feb 2001 04:05:06 GMT').replace(
      '</D:prop>',
      '<D:getetag/></D:prop>',
    );
    const [member] = (await site.ask('PROPPATCH', '/docs/folder', { body })).members();
    assert.deepEqual([...(member?.properties.keys() ?? [])].sort(), [403, 424]);
    assert.equal(statSync(`${site.folder}/folder`).mtimeMs, before);
  });

  test('finds no Win32 property in allprop that nobody set', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    assert.equal(await site.property('/docs/file', `${win32}Win32LastModifiedTime`), undefined);
  });
});

test('rclone sets a time by lastmodified, in seconds', async (t) => {
  const site = await davSite(t);
  await site.put('/docs/file');
  const body = propertyUpdate(
    '<D:set><D:prop><lastmodified xmlns="DAV:">981345906</lastmodified></D:prop></D:set>',
  );
  assert.deepEqual(await patched(site, '/docs/file', body), ['{DAV:}lastmodified']);
  assert.equal(Math.floor(statSync(`${site.folder}/file`).mtimeMs / 1000), 981345906);
  assert.equal(await named(site, '/docs/file', '{DAV:}lastmodified'), '981345906');
});

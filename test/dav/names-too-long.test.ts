import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { davSite } from './dav-site.js';

describe('A name that the file system cannot hold', () => {
  for (const [what, name] of [
    ['256 letters', 'n'.repeat(256)],
    ['200 letters of two bytes each', '\u00e9'.repeat(200)],
  ] as const) {
    for (const method of ['PUT', 'MKCOL', 'COPY', 'MOVE', 'COPY folder', 'MOVE folder']) {
      test(`of ${what} is 414 for ${method}, and nothing changes`, async (t) => {
        const site = await davSite(t);
        await site.put('/docs/file');
        await site.mkcol('/docs/folder');
        await site.put('/docs/folder/file');
        const before = readdirSync(site.folder, { recursive: true }).sort();
        const [verb = '', kind = 'file'] = method.split(' ');
        const answer =
          verb === 'PUT' || verb === 'MKCOL'
            ? await site.ask(verb, `/docs/${name}`)
            : await site.ask(verb, `/docs/${kind}`, { to: `/docs/${name}` });
        assert.equal(answer.status, 414);
        assert.deepEqual(readdirSync(site.folder, { recursive: true }).sort(), before);
      });
    }

    test(`of ${what} is not found, and no parent of anything`, async (t) => {
      const site = await davSite(t);
      for (const method of ['GET', 'DELETE', 'PROPFIND']) {
        const headers = method === 'PROPFIND' ? { depth: '0' } : {};
        assert.equal((await site.ask(method, `/docs/${name}`, { headers })).status, 404, method);
      }
      assert.equal((await site.ask('PUT', `/docs/${name}/file`)).status, 409);
    });
  }
});

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { Allowance } from '../../src/async/allowance.js';
import { davSite, propfindBody, propertyUpdate } from './dav-site.js';
import { lockInfo } from './locking.js';

const complete: readonly [string, string][] = [
  ['PROPFIND', propfindBody('<D:propname/>')],
  ['PROPPATCH', propertyUpdate('<D:set><D:prop><p xmlns="x:"/></D:prop></D:set>')],
  ['LOCK', lockInfo()],
  [
    'MKCOL',
    '<D:mkcol xmlns:D="DAV:"><D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop></D:set></D:mkcol>',
  ],
];

describe('XML bodies that are being read', () => {
  for (const [method, body] of complete) {
    test(`are so many bytes at most of one user, and in all: ${method}`, async (t) => {
      const site = await davSite(t);
      site.xmlBytes = new Allowance({ perOwner: 500, inAll: 800 });
      await site.put('/docs/file');
      const open: PassThrough[] = [];
      const pending: Promise<unknown>[] = [];
      const begin = async (as: string, bytes: number): Promise<void> => {
        const slow = new PassThrough();
        open.push(slow);
        pending.push(site.ask('PROPFIND', '/docs', { as, headers: { depth: '0' }, body: slow }));
        slow.write(`<!--${' '.repeat(bytes - 4)}`);
        while (slow.readableLength > 0) await setImmediate();
        for (let turn = 0; turn < 5; turn += 1) await setImmediate();
      };
      const target = method === 'MKCOL' ? '/docs/new' : '/docs/file';
      const headers = { depth: '0', 'content-type': 'text/xml', 'content-length': '1' };
      const ask = async (as: string) => {
        const answer = await site.ask(method, target, {
          as,
          headers: method === 'MKCOL' ? headers : { depth: '0' },
          body,
        });
        return [answer.status, answer.header('Retry-After')];
      };
      await begin('alice', 450);
      assert.deepEqual(await ask('alice'), [503, '5']);
      await begin('bob', 330);
      assert.deepEqual(await ask('carol'), [503, '5']);
      for (const slow of open) slow.end();
      await Promise.all(pending);
      assert.equal(site.xmlBytes.held, 0);
      assert.ok(Number((await ask('carol'))[0]) < 300);
    });
  }
});

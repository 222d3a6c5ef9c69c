import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseBasicAuth } from '../../src/http/basic-auth.js';
import { readCookie } from '../../src/http/cookies.js';
import { asksForPage } from '../../src/http/page-request.js';
import { davSite } from './dav-site.js';
import { worstInputs } from './worst-inputs.js';

/** Seconds of the processor's time: what grows with the square of the input takes minutes. */
const bearable = 4;

/** The processor's time that `work` takes, in seconds; what else the machine does is not in it. */
async function spentOn(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

describe('a request as large as may be costs no more than reading it', () => {
  for (const { what, method, limit, make } of worstInputs) {
    test(what, async (t) => {
      const site = await davSite(t);
      await site.put('/docs/file');
      const { headers, body } = make(limit);
      const target = method === 'MKCOL' ? '/docs/new' : method === 'PUT' ? '/docs/file' : '/docs';
      const spent = await spentOn(() => site.ask(method, target, { headers, body, to: '/docs/copy' }));
      assert.ok(spent < bearable, `${spent} s`);
    });
  }
});

describe('a header field as long as may be costs no more than reading it', () => {
  const length = 256 * 1024;
  const fields: readonly [string, string, (field: string) => unknown][] = [
    ['Authorization', `Basic ${' '.repeat(length)}"`, parseBasicAuth],
    ['Authorization', `Basic ${'A'.repeat(length)}"`, parseBasicAuth],
    ['Cookie', 'a=;'.repeat(length / 3), (field) => readCookie(field, 'sessionid')],
    ['Accept', '*/*,'.repeat(length / 4), (accept) => asksForPage('GET', { accept })],
    [
      'User-Agent',
      'microsoft '.repeat(length / 10),
      (agent) => asksForPage('GET', { accept: 'text/html', 'user-agent': agent }),
    ],
  ];
  for (const [name, field, read] of fields) {
    test(`${name}: ${field.slice(0, 10)}`, async () => {
      const spent = await spentOn(() => read(field));
      assert.ok(spent < bearable, `${spent} s`);
    });
  }
});

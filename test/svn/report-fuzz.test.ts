import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ApacheChild,
  childOptions,
  makeRepositories,
  privateFolder,
  type Proxy,
  rm,
  startProxy,
  svn,
} from './apache-fixture.js';
import { seed } from '../helpers/seeded-fast-check.js';
import { randomFrom, randomReport } from './report-fuzz.js';

const requests = 400;
const targets = ['!svn/me', '!svn/vcc/default', 'trunk', '!svn/rvr/2', '!svn/bc/1/trunk', ''];

const parts: { folder: string; child?: ApacheChild; proxy?: Proxy } = { folder: '' };
const ended: string[] = [];
let base: string;

before(async () => {
  parts.folder = await privateFolder();
  const log = (line: string): void => {
    if (/exit signal|assert/i.test(line)) ended.push(line);
  };
  parts.child = new ApacheChild(await childOptions(await makeRepositories(parts.folder, 'one'), { log }));
  await parts.child.start();
  parts.proxy = await startProxy(parts.child);
  base = `http://127.0.0.1:${parts.proxy.port}/svn/one`;
  await svn(parts.folder, 'mkdir', '-m', 'a', `${base}/trunk`, `${base}/secret`);
  await svn(parts.folder, 'mkdir', '-m', 'b', `${base}/trunk/sub`);
});
after(async () => {
  await parts.proxy?.close();
  await parts.child?.stop();
  await rm(parts.folder, { recursive: true, force: true });
});

const send = async (path: string, init: RequestInit): Promise<number> => {
  const response = await fetch(`${base}/${path}`, init);
  // An update that fails half way breaks its answer off.
  await response.text().catch(() => '');
  return response.status;
};

test(`no report ends a process of Apache’s: ${requests} reports of the seed ${seed}`, async () => {
  const random = randomFrom(seed);
  const statuses = new Set<number>();
  for (let count = 0; count < requests; count += 1) {
    const target = targets[Math.floor(random() * targets.length)] ?? '';
    const body = randomReport(random);
    statuses.add(await send(target, { method: 'REPORT', body }));
    assert.deepEqual(ended, [], `${target}: ${body}`);
  }
  // Some were sent on, and some were not.
  assert.ok(statuses.has(200) && statuses.has(400), [...statuses].join());
});

const entry = (path: string): string =>
  '<S:update-report xmlns:S="svn:"><S:src-path>/svn/one/trunk</S:src-path><S:entry rev="1" start-empty="true"/>' +
  `<S:entry rev="1">${path}</S:entry></S:update-report>`;

/** Each of these ended a process when it was sent on. */
const known: readonly [what: string, method: string, path: string, body: string][] = [
  ['the entry a/', 'REPORT', '!svn/me', entry('a/')],
  ['the entry /abs', 'REPORT', '!svn/me', entry('/abs')],
  ['the entry a//b', 'REPORT', '!svn/me', entry('a//b')],
  [
    'inherited properties of an absolute path',
    'REPORT',
    '',
    '<S:inherited-props-report xmlns:S="svn:"><S:revision>1</S:revision><S:path>/abs</S:path></S:inherited-props-report>',
  ],
  [
    'an activity for a source',
    'REPORT',
    '!svn/me',
    '<S:update-report xmlns:S="svn:"><S:src-path>/svn/one/!svn/act/x</S:src-path></S:update-report>',
  ],
  ['lists inside each other', 'POST', '!svn/me', '('.repeat(1_000_000)],
];
for (const [what, method, path, body] of known) {
  test(`${what}: 400, and the next request is served`, async () => {
    const headers = { 'Content-Type': method === 'POST' ? 'application/vnd.svn-skel' : 'text/xml' };
    assert.equal(await send(path, { method, body, headers }), 400);
    assert.equal(await send('trunk', { method: 'PROPFIND', headers: { Depth: '0' } }), 207);
    assert.deepEqual(ended, []);
  });
}

test('a PROPFIND of Depth infinity is refused by Apache', async () => {
  assert.equal(await send('', { method: 'PROPFIND', headers: { Depth: 'infinity' } }), 403);
});

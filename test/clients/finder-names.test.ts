import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { declare, login, makeSample, startDavgate, type TestDavgate } from './davgate.js';
import { curl } from './programs.js';
import { rm } from 'node:fs/promises';

const nfc = 'Pl\u00e4ne';
const nfd = 'Pla\u0308ne';

describe('Finder, whose names come as NFD', () => {
  let davgate: TestDavgate;
  before(async () => {
    const folder = await makeSample();
    await declare(folder, (declaration) => {
      declaration.shares = [
        {
          path: '/docs',
          kind: 'webdav',
          root: './docs',
          require: { staff: false },
          hide: ['*.tmp'],
          quota: '1 MiB',
          rules: [{ path: `/${nfc}/secret`, require: { superuser: true } }],
        },
      ];
    });
    davgate = await startDavgate(folder);
  });
  after(async () => {
    await davgate.end();
    await rm(davgate.folder, { recursive: true, force: true });
  });

  const ask = async (method: string, path: string, ...args: string[]): Promise<number> => {
    const url = davgate.url + encodeURI(path);
    return (await curl(url, ['--user', login('bob'), '--request', method, ...args])).status;
  };

  it('makes composed names and finds them by every method, in a path and in Destination', async () => {
    assert.equal(await ask('MKCOL', `/docs/${nfd}`), 201);
    assert.equal(await ask('MKCOL', `/docs/${nfd}`), 405);
    assert.equal(await ask('MKCOL', `/docs/${nfc}`), 405);
    assert.equal(await ask('PUT', `/docs/${nfd}/${nfd}`, '--data-binary', 'text'), 201);
    assert.equal(await ask('PROPFIND', `/docs/${nfd}/${nfd}`, '--header', 'Depth: 0'), 207);
    const destination = `Destination: ${davgate.url}${encodeURI(`/docs/${nfd}/copy ${nfd}`)}`;
    assert.equal(await ask('COPY', `/docs/${nfd}/${nfd}`, '--header', destination), 201);
    const names = await readdir(join(davgate.folder, 'docs', nfc));
    assert.deepEqual(names.sort(), [nfc, `copy ${nfc}`]);
    assert.equal(await ask('DELETE', `/docs/${nfd}/${nfd}`), 204);
  });

  it('is held to the rule of the name that it means', async () => {
    assert.equal(await ask('MKCOL', `/docs/${nfc}/secret`), 403);
    assert.equal(await ask('MKCOL', `/docs/${nfd}/secret`), 403);
    const destination = `Destination: ${davgate.url}${encodeURI(`/docs/${nfd}/secret`)}`;
    assert.equal(await ask('COPY', '/docs/Handbook.md', '--header', destination), 403);
  });

  it('names what it has locked in If', async () => {
    const locked = `/docs/locked ${nfd}`;
    const url = davgate.url + encodeURI(locked);
    const body =
      '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';
    const lock = ['--user', login('bob'), '--request', 'LOCK', '--header', 'Depth: 0', '--data-binary', body];
    const token = (await curl(url, lock)).headers.get('lock-token') ?? '';
    const condition = `If: <${url}> (${token})`;
    assert.equal(await ask('PUT', locked, '--header', condition, '--data-binary', 'text'), 204);
    assert.equal(await ask('DELETE', locked, '--header', condition), 204);
  });

  it('is refused what the share hides and what its quota does not hold', async () => {
    assert.equal(await ask('PUT', '/docs/a.tmp', '--data-binary', 'text'), 403);
    assert.equal(await ask('PUT', '/docs/large', '--data-binary', 'x'.repeat(1_048_577 / 16) + 'y'), 201);
    const large = Buffer.alloc(1_100_000, 'x');
    const url = `${davgate.url}/docs/larger`;
    const args = ['--user', login('bob'), '--upload-file', '-', '--header', 'Expect:'];
    const answer = await curl(url, args, large);
    assert.equal(answer.status, 507);
    assert.match(answer.body.toString(), /<D:quota-not-exceeded\/>/);
  });
});

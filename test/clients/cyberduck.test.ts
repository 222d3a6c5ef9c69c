import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

// As Cyberduck's sardine library sends them.
const agent = 'Cyberduck/8.7.3.40902 (Mac OS X/13.6) (aarch64)';

describe('Cyberduck', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let duck: DavClient;
  let stranger: DavClient;
  before(async () => {
    davgate = await sampleDavgate();
    duck = new DavClient(davgate, 'alice', agent);
    stranger = new DavClient(davgate, undefined, agent);
  });
  after(() => davgate.dispose());

  it('is asked for its password by the HEAD without one, on what is there and what is not', async () => {
    for (const path of [
      '/docs',
      '/docs/',
      '/docs/Handbook.md',
      '/docs/missing',
      '/docs/missing/',
      '/nowhere',
      '/',
    ]) {
      const { status, headers } = await stranger.ask('HEAD', path);
      assert.equal(status, 401, path);
      assert.match(headers['www-authenticate'] ?? '', /^Basic realm="[^"]+"/i, path);
    }
  });

  it('connects: HEAD of the folder, then PROPFIND of it', async () => {
    assert.equal(await duck.status('HEAD', '/docs/'), 200);
    assert.equal(await duck.status('PROPFIND', '/docs/', { headers: { Depth: '1' } }), 207);
    assert.equal(await duck.status('HEAD', '/docs/missing'), 404);
  });

  it('is not asked for a password in the middle of an upload, on one connection or many', async () => {
    const bytes = Buffer.alloc(20_000_000, 'uploaded by a duck ');
    const args = [
      '--user',
      login('alice'),
      '--user-agent',
      agent,
      '--upload-file',
      '-',
      '--limit-rate',
      '10M',
    ];
    const paced = curl(`${davgate.url}/docs/paced.bin`, [...args, '--header', 'Expect: 100-continue'], bytes);
    // Others guess passwords for the same name meanwhile.
    const guesses = Promise.all(
      Array.from({ length: 12 }, (_, guess) =>
        curl(`${davgate.url}/docs/`, ['--user', `alice:guess${guess}`, '--head']),
      ),
    );
    const small = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        duck.status('PUT', `/docs/small ${index}`.replace(' ', '%20'), { body: 'x' }),
      ),
    );
    assert.deepEqual(new Set(small), new Set([201]));
    assert.equal((await paced).status, 201);
    for (const { status } of await guesses) assert.ok(status === 401 || status === 429, String(status));
    const kept = await readFile(join(davgate.folder, 'docs', 'paced.bin'));
    assert.equal(
      createHash('sha256').update(kept).digest('hex'),
      createHash('sha256').update(bytes).digest('hex'),
    );
  });

  it('without credentials is refused before its bytes are taken, and nothing is kept', async () => {
    const { status } = await stranger.ask('PUT', '/docs/refused', {
      headers: { Expect: '100-continue' },
      body: 'bytes',
    });
    assert.equal(status, 401);
    assert.ok(!(await readdir(join(davgate.folder, 'docs'))).includes('refused'));
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';
import { spellings, target } from './helpers/names.js';

const agent = 'git-annex/10.20230126';
const lockInfo =
  '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';

/** Header bytes as git-annex writes them: UTF-8, nothing escaped. */
function raw(text: string): string {
  return Buffer.from(text).toString('latin1');
}

describe('git-annex, which escapes the target and sends the Destination raw', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let annex: DavClient;
  before(async () => {
    davgate = await sampleDavgate();
    annex = new DavClient(davgate, 'alice', agent);
  });
  after(() => davgate.dispose());

  for (const share of ['docs', 'scratch']) {
    const names = [...Object.values(spellings), 'with two  spaces', '\u00e0', 'x\u00a0', '\u{1f600} \u0445'];
    it(`moves what it has sent to its place on /${share}, whatever that is called`, async () => {
      for (const name of names) {
        for (const base of [davgate.url, '']) {
          assert.equal(await annex.status('PUT', `/${share}/annex.tmp`, { body: name }), 201);
          const headers = { Destination: raw(`${base}/${share}/to ${name}`) };
          assert.ok(
            [201, 204].includes(await annex.status('MOVE', `/${share}/annex.tmp`, { headers })),
            name,
          );
          assert.equal((await annex.ask('GET', target(share, `to ${name}`))).text, name);
        }
      }
    });

    it(`names what it has locked on /${share} raw in If, too`, async () => {
      for (const name of ['a b', '\u00e0', 'e\u0301 \u212b']) {
        const lock = await annex.ask('LOCK', target(share, name), {
          headers: { Depth: '0' },
          body: lockInfo,
        });
        const token = lock.headers['lock-token'] ?? '';
        for (const base of [davgate.url, '']) {
          const headers = { If: raw(`<${base}/${share}/${name}> (${token})`) };
          assert.equal(await annex.status('PUT', target(share, name), { headers, body: 'x' }), 204);
        }
        const wrong = { If: raw(`<${davgate.url}/${share}/${name}x> (${token})`) };
        assert.equal(await annex.status('PUT', target(share, name), { headers: wrong, body: 'x' }), 412);
      }
    });
  }

  it('is refused what is no name', async () => {
    assert.equal(await annex.status('PUT', '/docs/annex.tmp', { body: 'x' }), 201);
    for (const destination of [
      '/docs/\u00e4',
      raw('/docs/\u00e4').slice(0, -1),
      '/docs/a\tb',
      '/docs/a b\\c',
      raw('/docs/\u00e4/../c'),
      raw('/docs/\u00e4%2Fc'),
      raw('/docs/\u00e4#c'),
      raw('/docs/\u00e4%zz'),
    ]) {
      const headers = { Destination: destination };
      assert.equal(
        await annex.status('MOVE', '/docs/annex.tmp', { headers }),
        400,
        JSON.stringify(destination),
      );
    }
    assert.equal(await annex.status('GET', '/docs/annex.tmp'), 200);
  });

  it('goes to another server no more than anybody', async () => {
    for (const host of ['http://other.example', raw('http://\u00e4.example'), 'http://127.0.0.1 x']) {
      const headers = { Destination: raw(`${host}/docs/a b`) };
      assert.equal(await annex.status('MOVE', '/docs/annex.tmp', { headers }), 502);
    }
  });
});

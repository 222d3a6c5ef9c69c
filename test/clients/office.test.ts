import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DavClient, elementText } from './helpers/dav-client.js';
import { sampleDavgate, startDavgate } from './helpers/davgate.js';

const agent = 'Microsoft Office Word 2016';
const lockInfo =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?><a:lockinfo xmlns:a="DAV:"><a:lockscope><a:exclusive/>' +
  '</a:lockscope><a:locktype><a:write/></a:locktype><a:owner><a:href>alice</a:href></a:owner></a:lockinfo>';

describe('Office', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let word: DavClient;
  before(async () => {
    davgate = await sampleDavgate();
    word = new DavClient(davgate, 'alice', agent);
    assert.equal(await word.status('PUT', '/scratch/letter.docx', { body: 'draft' }), 201);
  });
  after(() => davgate.dispose());

  it('sees a folder by HEAD', async () => {
    assert.equal(await word.status('HEAD', '/scratch/'), 200);
  });

  it('tries to refresh a lock of last week first, then takes a new one', async () => {
    const stale = await word.ask('LOCK', '/scratch/letter.docx', {
      headers: { If: '(<urn:uuid:11111111-2222-4333-8444-555555555555>)', Timeout: 'Second-3600' },
    });
    assert.equal(stale.status, 412);
    assert.match(stale.text, /<D:lock-token-matches-request-uri\/>/);
    const fresh = await word.ask('LOCK', '/scratch/letter.docx', {
      headers: { Timeout: 'Second-3600', Depth: '0' },
      body: lockInfo,
    });
    assert.equal(fresh.status, 200);
    assert.match(fresh.text, /<a:owner xmlns:a="DAV:"><a:href>alice<\/a:href><\/a:owner>/);
  });

  it('keeps its token through refreshes and saves, and another user reads but cannot write', async () => {
    const found = await word.ask('PROPFIND', '/scratch/letter.docx', {
      headers: { Depth: '0' },
      body: '<propfind xmlns="DAV:"><prop><lockdiscovery/><supportedlock/></prop></propfind>',
    });
    const token = elementText(found.text, 'locktoken') ?? '';
    assert.match(token, /^urn:uuid:/);
    const headers = { If: `(<${token}>)` };
    for (const draft of ['second draft', 'third draft']) {
      const refreshed = await word.ask('LOCK', '/scratch/letter.docx', {
        headers: { ...headers, Timeout: 'Second-3600' },
      });
      assert.equal(refreshed.status, 200);
      assert.equal(elementText(refreshed.text, 'locktoken'), token);
      assert.equal(await word.status('PUT', '/scratch/letter.docx', { headers, body: draft }), 204);
    }
    const bob = new DavClient(davgate, 'bob', agent);
    assert.equal((await bob.ask('GET', '/scratch/letter.docx')).text, 'third draft');
    const refused = await bob.ask('LOCK', '/scratch/letter.docx', {
      headers: { Depth: '0' },
      body: lockInfo,
    });
    assert.equal(refused.status, 423);
    assert.match(refused.text, /<D:no-conflicting-lock><D:href>\/scratch\/letter\.docx<\/D:href>/);
    const leaked = await bob.ask('PUT', '/scratch/letter.docx', { headers, body: 'bob\u2019s' });
    assert.equal(leaked.status, 423);
    assert.match(leaked.text, /<D:lock-token-submitted><D:href>\/scratch\/letter\.docx<\/D:href>/);
    assert.equal(
      await bob.status('UNLOCK', '/scratch/letter.docx', { headers: { 'Lock-Token': `<${token}>` } }),
      403,
    );
    assert.equal(
      await word.status('UNLOCK', '/scratch/letter.docx', { headers: { 'Lock-Token': `<${token}>` } }),
      204,
    );
  });

  it('finds its lock again after the server was killed', async () => {
    const lock = await word.ask('LOCK', '/docs/kept.docx', { body: lockInfo });
    assert.equal(lock.status, 201);
    await davgate.end('SIGKILL');
    const again = await startDavgate(davgate.folder);
    try {
      const later = new DavClient(again, 'alice', agent);
      assert.equal(await later.status('PUT', '/docs/kept.docx', { body: 'x' }), 423);
      const headers = { If: `(${lock.headers['lock-token'] ?? ''})` };
      assert.equal(await later.status('PUT', '/docs/kept.docx', { headers, body: 'x' }), 204);
    } finally {
      await again.end();
    }
  });
});

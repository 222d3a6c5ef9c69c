import assert from 'node:assert/strict';
import { request, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';

/** What a stranger might tell the kinds of shares, and a share from none, apart by: paths below each. */
const rests = ['', '/', '/sample', '/sample/!svn/me', '/none/', '/a%5Cb', '/a%01b', '/e%CC%81', '/a?p=2'];
const shares = ['svn', 'docs', 'media', 'scratch', 'staff', 'nowhere'];
const methods = [
  'GET',
  'HEAD',
  'OPTIONS',
  'PROPFIND',
  'REPORT',
  'PUT',
  'MKCOL',
  'MERGE',
  'LOCK',
  'COPY',
  'POST',
];
const clients: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'one that says nothing': {},
  svn: {
    'User-Agent': 'SVN/1.14.5 (x86_64-pc-linux-gnu) serf/1.3.10',
    DAV: 'http://subversion.tigris.org/xmlns/dav/svn/depth',
  },
  'a browser': {
    'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)',
    Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  },
  Windows: { 'User-Agent': 'Microsoft-WebDAV-MiniRedir/10.0' },
  'one with a wrong password': { Authorization: basic('alice', 'wrong') },
  'one that nobody knows': { Authorization: basic('nobody', 'x') },
};

function basic(user: string, password = `${user}-demo`): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** An answer as text, without what differs between any two. */
function answerOf(url: string, method: string, headers: OutgoingHttpHeaders): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      text(response).then((body) => {
        const id = String(response.headers['x-request-id']);
        const { date, 'x-request-id': ignored, ...fields } = response.headers;
        assert.ok(date !== undefined && ignored !== undefined);
        resolve(JSON.stringify([response.statusCode, fields, body.replaceAll(id, 'ID')], null, 1));
      }, reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('to a stranger', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      const many = { failures: 1_000_000, seconds: 60 };
      declaration.throttle = { user: many, address: many };
    });
  });
  after(() => davgate.dispose());

  const ask = (method: string, path: string, client: Readonly<Record<string, string>>): Promise<string> =>
    answerOf(davgate.url + path, method, {
      ...client,
      ...(method === 'COPY' && { Destination: `${davgate.url}${path}2` }),
    });

  for (const [name, client] of Object.entries(clients)) {
    it(`all shares, and what is none, look alike: ${name}`, async () => {
      // A password costs a derivation.
      for (const rest of 'Authorization' in client ? rests.slice(2, 5) : rests) {
        for (const method of methods) {
          const answers = await Promise.all(shares.map((share) => ask(method, `/${share}${rest}`, client)));
          for (const [index, answer] of answers.entries()) {
            assert.equal(answer, answers[0], `${method} /${shares[index] ?? ''}${rest}`);
          }
          assert.match(answers[0] ?? '', /^\[\n 401,/, `${method} ${rest}`);
        }
      }
    });
  }

  it('svn is told what is wrong in the form that it prints, wherever it asks', async () => {
    for (const path of ['/svn/sample', '/docs', '/nowhere']) {
      assert.match(
        await ask('OPTIONS', path, clients.svn ?? {}),
        /errcode=\\"175002\\">\\nSign in to continue/,
      );
    }
  });

  it('a user who is known is told which it is', async () => {
    const eve = { Authorization: basic('eve') };
    assert.match(await ask('GET', '/svn/sample', eve), /^\[\n 403,[^]*errcode[^]*active users who/);
    assert.match(await ask('GET', '/docs/', eve), /^\[\n 403,[^]*text\/plain[^]*active users who/);
    assert.match(await ask('GET', '/nowhere', eve), /^\[\n 404,/);
    assert.match(await ask('GET', '/docs/a%5Cb', { Authorization: basic('alice') }), /^\[\n 400,/);
    assert.match(await ask('GET', '/svn/sample/a%5Cb', { Authorization: basic('alice') }), /^\[\n 404,/);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { answerOf, basic, clients, methods, rests } from './helpers/stranger.js';

const shares = ['svn', 'docs', 'media', 'scratch', 'staff', 'nowhere'];

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

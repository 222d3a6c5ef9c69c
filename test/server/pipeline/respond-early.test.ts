import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import { sendContinue } from '../../../server/listener/expect-continue.js';
import { restOfStrangers, restOfUsers } from '../../../server/listener/unread-body.js';
import type { RequestRecord } from '../../../server/pipeline/request-record.js';
import type { ResponseBody } from '../../../src/http/message.js';
import { answeringServer, RawClient, requestHead } from './answering-server.js';

interface Early {
  /** Missing: a stranger. */
  readonly user?: string;
  readonly body?: () => ResponseBody;
  /** Whether 100 Continue goes out first. */
  readonly takesBody?: boolean;
}

/** Answers as soon as the head of a request is there, and whatever waits for one is told. */
async function early(t: TestContext, { user, body = () => 'early', takesBody = false }: Early) {
  const seen: { url: string | undefined; res: ServerResponse; record: RequestRecord; backs: number }[] = [];
  const server = await answeringServer(t, (req, res, record) => {
    if (takesBody) sendContinue(req, res);
    const request = { url: req.url, res, record, backs: 0 };
    seen.push(request);
    if (user !== undefined) record.user = user;
    record.giveBack = () => (request.backs += 1);
    return { status: 200, headers: [['Content-Length', '5']], body: body() };
  });
  const client = new RawClient(t, server.port);
  return { ...server, client, seen };
}

const large = restOfStrangers.bytes + 1;
const next = requestHead('GET', '/next', 'Connection: close');
const earlyAnswer = /\r\n\r\nearly$/;

describe('an answer before its request is whole', () => {
  for (const [what, user, fields, rest] of [
    ['a stranger’s small rest', undefined, [`Content-Length: ${restOfStrangers.bytes}`], large - 1],
    ['a user’s larger rest', 'alice', [`Content-Length: ${large}`], large],
  ] as const) {
    test(`${what} is read and dropped, and the connection kept`, async (t) => {
      const { client, seen, logged } = await early(t, { ...(user !== undefined && { user }) });
      client.send(requestHead('PUT', '/put', ...fields));
      assert.doesNotMatch(await client.sees(earlyAnswer), /Connection: close/);
      client.send('x'.repeat(rest)).send(next);
      assert.equal((await client.closed).match(/early/g)?.length, 2);
      assert.deepEqual(
        seen.map(({ url }) => url),
        ['/put', '/next'],
      );
      assert.deepEqual(logged, []);
    });
  }

  test('a user’s rest in chunks is read and dropped, and the connection kept', async (t) => {
    const { client, seen } = await early(t, { user: 'alice' });
    client.send(requestHead('PUT', '/put', 'Transfer-Encoding: chunked'));
    await client.sees(earlyAnswer);
    client.send('1\r\nx\r\n0\r\n\r\n').send(next);
    await client.closed;
    assert.equal(seen.length, 2);
  });

  test('a user’s rest in chunks that has no end breaks the connection', async (t) => {
    const { client } = await early(t, { user: 'alice' });
    client.send(requestHead('PUT', '/put', 'Transfer-Encoding: chunked'));
    await client.sees(earlyAnswer);
    const MiB = 1024 ** 2;
    const chunk = `${MiB.toString(16)}\r\n${'x'.repeat(MiB)}\r\n`;
    let sent = 0;
    for (; sent < 2 * restOfUsers.bytes && !client.socket.destroyed; sent += MiB) {
      if (!client.socket.write(chunk, 'latin1')) await client.next('drain');
    }
    assert.ok(sent > restOfUsers.bytes && sent < 2 * restOfUsers.bytes, `${sent} bytes`);
    await client.closed;
  });

  for (const [what, body] of [
    ['a string', () => 'early'],
    ['a stream', () => Readable.from([Buffer.from('early')])],
  ] as const) {
    test(`a stranger’s large rest closes the connection after ${what}`, async (t) => {
      const { client, seen, logged } = await early(t, { body });
      client.send(requestHead('PUT', '/put', `Content-Length: ${large}`));
      assert.match(await client.sees(earlyAnswer), /\r\nConnection: close\r\n/);
      // The answer is out while the connection stays for the client to see it.
      const [put] = seen;
      assert.ok(put);
      assert.deepEqual([put.record.answered, put.backs, put.res.writableEnded], [true, 1, false]);
      client.send('x'.repeat(large)).send(next);
      assert.match(await client.closed, earlyAnswer);
      assert.equal(seen.length, 1, 'what follows is no request');
      assert.deepEqual(logged, []);
    });
  }

  test('a stranger’s rest in chunks closes the connection when it has come', async (t) => {
    const { client, seen } = await early(t, {});
    client.send(requestHead('PUT', '/put', 'Transfer-Encoding: chunked'));
    assert.match(await client.sees(earlyAnswer), /\r\nConnection: close\r\n/);
    const [put] = seen;
    assert.ok(put);
    const finished = once(put.res, 'finish');
    client.send('1\r\nx\r\n0\r\n\r\n').send(next);
    await finished;
    assert.match(await client.closed, earlyAnswer);
    assert.equal(seen.length, 1);
  });
});

describe('an answer to a client that waits for 100 Continue', () => {
  const awaiting = requestHead('PUT', '/put', 'Content-Length: 5', 'Expect: 100-continue');

  for (const user of ['alice', undefined]) {
    test(`which it does not get closes the connection, ${user ?? 'a stranger'}`, async (t) => {
      const { client, seen } = await early(t, { ...(user !== undefined && { user }) });
      client.send(awaiting);
      const answer = await client.sees(earlyAnswer);
      assert.match(answer, /^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/);
      const [put] = seen;
      assert.ok(put);
      // What the client has sent meanwhile would reset a connection that is closed at once, and the answer be lost.
      assert.deepEqual([put.record.answered, put.backs, put.res.writableEnded], [true, 1, false]);
      client.send(next);
      await client.closed;
      // The next request is five bytes of a body and more: nobody can tell.
      assert.equal(seen.length, 1);
    });
  }

  test('which it got keeps the connection', async (t) => {
    const { client, seen } = await early(t, { takesBody: true });
    client.send(awaiting);
    const answer = await client.sees(earlyAnswer);
    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    assert.doesNotMatch(answer, /Connection: close/);
    client.send('hello').send(next);
    await client.closed;
    assert.equal(seen.length, 2);
  });
});

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { isFailure } from '../../src/failure.js';
import { pairs } from '../../src/http/hop-by-hop.js';
import { until } from '../helpers/until.js';
import { goneWith } from './gone.js';
import { fakeChild, streamOf, textOf } from './upstream-fixture.js';

test('a kept connection that breaks is tried again once, without a body only', async (t) => {
  let hostile = false;
  let requests = 0;
  const used = new WeakSet<object>();
  const child = await fakeChild(t, (request, response) => {
    requests += 1;
    if (hostile && used.has(request.socket)) {
      request.socket.resetAndDestroy();
      return;
    }
    used.add(request.socket);
    request.resume();
    response.end('x');
  });
  await textOf(await child.forward());
  hostile = true;
  assert.equal(await textOf(await child.forward()), 'x');
  assert.equal(requests, 3);

  for (const [method, headers] of [
    ['PUT', [['Content-Length', '1']]],
    ['MKACTIVITY', []],
  ] as const) {
    hostile = false;
    await textOf(await child.forward());
    hostile = true;
    const before: number = requests;
    await assert.rejects(child.forward({ method, headers, body: Readable.from([Buffer.from('x')]) }), {
      kind: 'upstream-unreachable',
    });
    assert.equal(requests, before + 1);
  }
});

test('a new connection that breaks is not tried again', async (t) => {
  let requests = 0;
  const child = await fakeChild(t, (request) => {
    requests += 1;
    request.socket.resetAndDestroy();
  });
  await assert.rejects(child.forward(), { kind: 'upstream-unreachable' });
  assert.equal(requests, 1);
});

test('nobody listens, or the child does not run', async (t) => {
  const child = await fakeChild(t, (_request, response) => response.end());
  child.server.close();
  await once(child.server, 'close');
  await assert.rejects(child.forward(), { kind: 'upstream-unreachable' });
  const down = await fakeChild(t, (_request, response) => response.end(), { address: () => undefined });
  await assert.rejects(down.forward(), { kind: 'upstream-unreachable' });
});

test('silence beyond the patience is a time-out', async (t) => {
  const child = await fakeChild(t, () => undefined, { patience: 50 });
  await assert.rejects(child.forward(), { kind: 'upstream-timeout' });
});

test('a 401 of the child is not passed on, as no password would help', async (t) => {
  const child = await fakeChild(t, (_request, response) => {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="davgate"' }).end('no');
  });
  await assert.rejects(child.forward(), { kind: 'upstream-unreachable' });
});

test('an answer that breaks off ends its stream with an error', async (t) => {
  for (const headers of [{ 'Content-Length': '1000' }, {}]) {
    const child = await fakeChild(t, (_request, response) => {
      response.writeHead(200, headers);
      response.write('half', () => response.destroy());
    });
    const response = await child.forward();
    assert.equal(response.status, 200);
    await assert.rejects(textOf(response), { code: 'ECONNRESET' });
  }
});

test('a client that goes away frees the connection at once', async (t) => {
  const child = await fakeChild(t, (_request, response) => {
    response.writeHead(200, { 'Content-Length': '100000000' });
    response.write('x');
  });
  const gone = new AbortController();
  const response = await child.forward({ whenGone: goneWith(gone.signal) });
  assert.equal(child.sockets.size, 1);
  gone.abort();
  await until(() => child.sockets.size === 0, 'the connection was closed');
  assert.ok(streamOf(response).destroyed);

  const dropped = await child.forward();
  streamOf(dropped).destroy();
  await until(() => child.sockets.size === 0, 'the connection was closed');
});

test('a client that goes away before the answer', async (t) => {
  const child = await fakeChild(t, () => undefined);
  const gone = new AbortController();
  const reason = new Error('gone');
  const pending = child.forward({ whenGone: goneWith(gone.signal) });
  await until(() => child.sockets.size === 1, 'the request had arrived');
  gone.abort(reason);
  await assert.rejects(pending, reason);
  await until(() => child.sockets.size === 0, 'the connection was closed');
  await assert.rejects(child.forward({ whenGone: goneWith(gone.signal) }), reason);
});

test('an upload that breaks off breaks the request off', async (t) => {
  let ended = false;
  const child = await fakeChild(t, (request) => {
    request.resume().on('end', () => {
      ended = true;
    });
  });
  const body = new PassThrough();
  body.write('half');
  const pending = child.forward({ method: 'PUT', headers: [['Transfer-Encoding', 'chunked']], body });
  await until(() => child.sockets.size === 1, 'the request had arrived');
  body.destroy();
  await assert.rejects(pending, { kind: 'malformed' });
  await until(() => child.sockets.size === 0, 'the connection was closed');
  assert.equal(ended, false);
});

test('an answer before the end of the upload arrives at once, and the rest of the upload is dropped', async (t) => {
  const child = await fakeChild(t, (_request, response) => {
    response.writeHead(403, { Connection: 'close' }).end('no');
  });
  const body = new PassThrough();
  body.write('half');
  const response = await child.forward({ method: 'PUT', headers: [['Transfer-Encoding', 'chunked']], body });
  assert.equal(response.status, 403);
  assert.equal(await textOf(response), 'no');
  await until(() => child.sockets.size === 0, 'the connection was closed');
  const rest = Buffer.alloc(1024 * 1024);
  for (let index = 0; index < 4; index += 1) if (!body.write(rest)) await once(body, 'drain');
  body.end();
  await once(body, 'end');
});

test('a client that is gone before its turn opens no connection, and is not remembered', async (t) => {
  const child = await fakeChild(t, (_request, response) => response.end('x'));
  const reason = new Error('gone');
  const connection = new EventEmitter();
  await assert.rejects(child.forward({ connection, whenGone: goneWith(AbortSignal.abort(reason)) }), reason);
  assert.equal(child.sockets.size, 0);
  assert.equal(connection.listenerCount('close'), 0);
});

test('trailer fields that cannot be sent on are an answer, not a wait', async (t) => {
  const child = await fakeChild(t, (request, response) =>
    request.resume().on('end', () => response.end('x')),
  );
  const server = createServer((request, response) => {
    child.forward({ method: 'PUT', headers: pairs(request.rawHeaders), body: request }).then(
      () => response.end('forwarded'),
      (error: unknown) => response.end(isFailure(error, 'malformed') ? 'malformed' : 'another fault'),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const client = httpRequest({ host: '127.0.0.1', port: address.port, method: 'PUT', agent: false });
  const answered = new Promise<IncomingMessage>((resolve) => client.on('response', resolve));
  client.write('a'.repeat(64 * 1024));
  await until(() => child.sockets.size === 1, 'the request had arrived');
  client.addTrailers([
    ['Destination', '/a'],
    ['Destination', '/b'],
  ]);
  client.end();
  assert.equal(await text(await answered), 'malformed');
  await until(() => child.sockets.size === 0, 'the connection was closed');
});

test('a body that is shorter than announced is never taken for whole', async (t) => {
  const child = await fakeChild(t, (request, response) =>
    request.resume().on('end', () => response.end('x')),
  );
  const pending = child.forward({
    method: 'PUT',
    headers: [['Content-Length', '10']],
    body: Readable.from([Buffer.from('half')]),
  });
  await assert.rejects(pending, { kind: 'malformed' });
  await until(() => child.sockets.size === 0, 'the connection was closed');
});

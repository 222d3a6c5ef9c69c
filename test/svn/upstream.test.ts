import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { pairs } from '../../src/http/hop-by-hop.js';
import { until } from '../helpers/until.js';
import { describeRequest, fakeChild, streamOf, textOf } from './upstream-fixture.js';

const echo = (request: Parameters<typeof describeRequest>[0], response: { end(text: string): void }) => {
  void describeRequest(request).then((text) => {
    response.end(text);
  });
};

test('a body with a length keeps its length, a chunked one stays chunked, on GET too', async (t) => {
  const { forward } = await fakeChild(t, echo);
  for (const method of ['GET', 'DELETE', 'PUT', 'REPORT']) {
    const length = await textOf(
      await forward({
        method,
        headers: [['Content-Length', '5']],
        body: Readable.from([Buffer.from('12345')]),
      }),
    );
    assert.match(length, /"Content-Length","5"/);
    assert.match(length, /"body":"12345"/);
    assert.doesNotMatch(length, /Transfer-Encoding/);
    const chunked = await textOf(
      await forward({
        method,
        headers: [['Transfer-Encoding', 'chunked']],
        body: Readable.from([Buffer.from('12345')]),
      }),
    );
    assert.match(chunked, /"Transfer-Encoding","chunked"/);
    assert.match(chunked, /"body":"12345"/);
    assert.doesNotMatch(chunked, /Content-Length/);
  }
});

test('a request without a body is sent without one, and the target unchanged', async (t) => {
  const { forward } = await fakeChild(t, echo);
  const target = '//svn/%7e%e4/./x?p=3&r=%2F';
  for (const method of ['GET', 'DELETE', 'OPTIONS', 'MKACTIVITY']) {
    const text = await textOf(await forward({ method, rawTarget: target }));
    assert.ok(text.startsWith(JSON.stringify({ url: target }).slice(0, -1)), text);
    assert.doesNotMatch(text, /Transfer-Encoding/);
    assert.match(text, /"body":""/);
  }
});

test('trailer fields pass, identities among them do not', async (t) => {
  const child = await fakeChild(t, echo);
  const server = createServer((request, response) => {
    void child
      .forward({ method: 'PUT', headers: pairs(request.rawHeaders), body: request })
      .then((answer) => textOf(answer))
      .then((text) => response.end(text));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const client = httpRequest({ host: '127.0.0.1', port: address.port, method: 'PUT', agent: false });
  client.write('abc');
  client.addTrailers({ 'X-Checksum': '900150983cd24fb0', 'X-Remote-User': 'root' });
  client.end();
  const answered = new Promise<string>((resolve) => {
    client.on('response', (response) => {
      response.setEncoding('utf8').once('data', resolve);
    });
  });
  assert.match(await answered, /"body":"abc","trailers":\["X-Checksum","900150983cd24fb0"\]/);
});

test('connections are kept, and no more than the bound are opened', async (t) => {
  let running = 0;
  let most = 0;
  const child = await fakeChild(
    t,
    (_request, response) => {
      running += 1;
      most = Math.max(most, running);
      setImmediate(() => {
        running -= 1;
        response.end('x');
      });
    },
    { maxRequests: 3 },
  );
  await Promise.all(Array.from({ length: 40 }, () => child.forward().then(textOf)));
  assert.ok(most <= 3);
  assert.ok(child.sockets.size <= 3);
});

test('a user whose answers never end leaves three quarters of the requests to others', async (t) => {
  const child = await fakeChild(
    t,
    (request, response) => {
      if (request.url === '/svn/endless') response.write('x');
      else response.end('read');
    },
    { maxRequests: 8 },
  );
  const endless = Array.from({ length: 8 }, () => child.forward({ rawTarget: '/svn/endless' }));
  for (const answer of endless) answer.catch(() => undefined);
  await Promise.all(endless.slice(0, 2));
  assert.equal(await textOf(await child.forward({ username: 'bob' })), 'read');
});

test('a slow reader slows the child down', async (t) => {
  const piece = Buffer.alloc(64 * 1024);
  const total = 64 * 1024 * 1024;
  let written = 0;
  let waiting = false;
  const child = await fakeChild(t, (_request, response) => {
    const more = () => {
      waiting = false;
      while (written < total) {
        written += piece.length;
        if (!response.write(piece)) {
          waiting = true;
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  });
  const response = await child.forward();
  let seen = -1;
  await until(() => {
    const settled = waiting && written === seen;
    seen = written;
    return settled;
  }, 'the child had to wait');
  assert.ok(written < total / 2, `${written} bytes are buffered`);
  let received = 0;
  for await (const chunk of streamOf(response)) {
    assert.ok(Buffer.isBuffer(chunk));
    received += chunk.length;
  }
  assert.equal(received, total);
});

test('HEAD and 204 have no body, and HEAD keeps the length', async (t) => {
  const child = await fakeChild(t, (request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'Content-Length': '7' }).end();
    else response.writeHead(204).end();
  });
  const head = await child.forward({ method: 'HEAD' });
  assert.equal(head.body, undefined);
  assert.deepEqual(
    head.headers.find(([name]) => name === 'Content-Length'),
    ['Content-Length', '7'],
  );
  assert.equal((await child.forward({ method: 'DELETE' })).body, undefined);
});

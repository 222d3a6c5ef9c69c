import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

const megabyte = 1024 ** 2;
const basic = (user: string): string =>
  `Authorization: Basic ${Buffer.from(login(user)).toString('base64')}\r\n`;

describe('a connection that', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  const held: Socket[] = [];
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      declaration.limits = { requests: 12, requestsPerUser: 6, connectionsPerAddress: 300 };
    });
    const file = join(davgate.folder, 'docs', 'large.bin');
    await writeFile(file, '');
    await truncate(file, 200 * megabyte);
    await asked('bob');
  });
  after(() => davgate.dispose());

  const open = (localAddress = '127.0.0.1'): Socket => {
    const socket = connect({ port: davgate.port, host: '127.0.0.1', localAddress });
    socket.on('error', () => undefined);
    held.push(socket);
    return socket;
  };
  const letGo = async (): Promise<void> => {
    await Promise.all(held.splice(0).map((socket) => closing(socket.destroy())));
  };
  const files = (): number => {
    const folder = `/proc/${davgate.process.pid ?? 0}/fd`;
    return readdirSync(folder).length;
  };
  const memory = (): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${davgate.process.pid ?? 0}/status`, 'utf8'))?.[1]) /
    1024;
  /** Another client's request, which must be served while all that is held is held. */
  const asked = async (user: string, ...args: string[]): Promise<number> =>
    (await curl(`${davgate.url}/docs/Handbook.md`, ['--user', login(user), '--max-time', '60', ...args]))
      .status;
  const get = (user: string, path = '/docs/large.bin'): string =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\n${basic(user)}\r\n`;

  it('pipelines a thousand GETs and reads nothing has one file open', async () => {
    const before = { files: files(), memory: memory() };
    const stuck = Array.from({ length: 5 }, () => open().pause());
    for (const socket of stuck) socket.write(get('alice').repeat(1000));
    await Promise.all(stuck.map((socket) => once(socket, 'readable')));
    assert.equal(await asked('bob'), 200);
    // A socket and a file for each, and what the server opens for itself meanwhile.
    assert.ok(files() - before.files <= 4 * stuck.length, `${files() - before.files} descriptors`);
    assert.ok(memory() - before.memory < 150, `${memory() - before.memory} MB`);
    await letGo();
  });

  it('pipelines five hundred GETs and reads them gets all answers in order', async () => {
    const socket = open();
    const paths = Array.from({ length: 500 }, (_, index) => `/docs/none-${index}`);
    socket.write(paths.map((path) => get('alice', path)).join('') + get('alice', '/docs/none-last'));
    let answers = 0;
    for await (const chunk of socket) {
      answers += String(chunk).split('HTTP/1.1 404').length - 1;
      if (answers === 501) break;
    }
    const logged = await davgate.logged(({ path }) => path === '/docs/none-last');
    assert.equal(logged.status, 404);
    const order = davgate.log.flatMap(({ path }) =>
      typeof path === 'string' && path.startsWith('/docs/none-') ? [path] : [],
    );
    assert.deepEqual(order, [...paths, '/docs/none-last']);
    await letGo();
  });

  it('pipelines the shortest requests without end is closed', async () => {
    const before = memory();
    const flooding = Array.from({ length: 40 }, () => open());
    for (const socket of flooding) socket.write('GET / HTTP/1.1\r\nHost:\r\n\r\n'.repeat(5000));
    const closed = Promise.all(flooding.map((socket) => closing(socket.resume())));
    assert.equal(await asked('bob'), 200);
    await closed;
    assert.ok(memory() - before < 300, `${memory() - before} MB`);
    await letGo();
  });

  it('is one of too many of its user waits, and delays nobody else', async () => {
    const stuck = Array.from({ length: 9 }, () => open().pause());
    for (const socket of stuck) socket.write(get('alice'));
    await Promise.all(stuck.slice(0, 1).map((socket) => once(socket, 'readable')));
    assert.equal(await asked('bob'), 200);
    // Six are under way and three wait: as many more may.
    const more = Array.from({ length: 12 }, () => asked('alice'));
    assert.equal(await Promise.race(more), 503);
    await letGo();
    assert.ok((await Promise.all(more)).includes(200));
    assert.equal(await asked('alice'), 200);
  });

  it('does not move is cut when others of its user wait', async () => {
    const stuck = Array.from({ length: 6 }, () => open().pause());
    for (const socket of stuck) socket.write(get('alice'));
    await Promise.all(stuck.map((socket) => once(socket, 'readable')));
    assert.equal(await asked('alice'), 200);
    await letGo();
  });

  const framings: readonly [string, string][] = [
    ['with a length', 'Content-Length: 99999999999\r\n'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n'],
  ];
  const askers: readonly [string, string, string, number][] = [
    ['a stranger', '', '401', 16 * megabyte],
    ['a known user who may not write', basic('bob'), '403', 400 * megabyte],
  ];
  for (const [who, field, status, most] of askers) {
    for (const [how, framing] of framings) {
      it(`carries an endless body of ${who}, ${how}, is answered and closed`, async () => {
        const socket = open();
        let answer = '';
        socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
        socket.write(`PUT /docs/endless HTTP/1.1\r\nHost: x\r\n${field}${framing}\r\n`);
        let sent = 0;
        const chunk = Buffer.from(`ffff\r\n${'x'.repeat(0xffff)}\r\n`);
        const send = (): void => {
          while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
        };
        socket.on('drain', send);
        send();
        await closing(socket);
        assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), answer);
        assert.ok(sent < most, `${sent} bytes`);
        await letGo();
      });
    }
  }

  const heads: readonly [string, string, RegExp][] = [
    ['more header fields than are read', 'a: b\r\n'.repeat(1001), /^HTTP\/1.1 431 /],
    ['a condition behind a thousand fields', `${'a:\r\n'.repeat(1200)}If-Match: "x"\r\n`, /^HTTP\/1.1 431 /],
    ['two conditions', 'If-Unmodified-Since: x\r\nif-unmodified-since: y\r\n', /^HTTP\/1.1 400 /],
    ['two passwords', basic('alice') + basic('bob'), /^HTTP\/1.1 400 /],
    ['two Depths', 'Depth: 0\r\nDepth: infinity\r\n', /^HTTP\/1.1 400 /],
    ['two Hosts', 'Host: y\r\n', /^HTTP\/1.1 400 /],
    ['an expectation of its own', 'Expect: a-miracle\r\n', /^HTTP\/1.1 417 /],
    ['two framings', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', /^HTTP\/1.1 400 /],
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4\r\n', /^HTTP\/1.1 400 /],
    ['a line that is no field', 'no field\r\n', /^HTTP\/1.1 400 /],
    ['too long a section', `a: ${'x'.repeat(300_000)}\r\n`, /^HTTP\/1.1 431 /],
  ];
  for (const [what, fields, expected] of heads) {
    it(`sends ${what} is answered, and is no longer than an answer takes`, async () => {
      const socket = open();
      const text = collected(socket);
      socket.write(`GET /docs/Handbook.md HTTP/1.1\r\nHost: x\r\n${fields}Connection: close\r\n\r\n`);
      assert.match(await text, expected);
      await letGo();
    });
  }

  it('sends no request behind a sound one gets the answer to that first', async () => {
    const socket = open();
    const text = collected(socket);
    socket.write(`${get('alice', '/docs/Handbook.md')}no request\r\n\r\n`);
    assert.match(
      await text,
      /^HTTP\/1.1 200 [^]*HTTP\/1.1 400 [^]*This is not a valid HTTP\/1.1 request\.\nRequest: /,
    );
    await davgate.logged(({ msg, status }) => msg === 'invalid request' && status === 400);
    await letGo();
  });

  const endless: readonly [string, string, string][] = [
    ['chunk extensions', '1;', 'x'.repeat(60_000)],
    ['trailers', '0\r\n', `${'t'.repeat(50)}: x\r\n`.repeat(1000)],
    ['a request line', '', 'x'.repeat(60_000)],
  ];
  for (const [what, begin, more] of endless) {
    it(`sends ${what} without end is closed`, async () => {
      const socket = open();
      const put = `PUT /docs/odd HTTP/1.1\r\nHost: x\r\n${basic('alice')}Transfer-Encoding: chunked\r\n\r\n`;
      const closed = closing(socket.resume());
      socket.write((begin === '' ? 'GET /' : put) + begin);
      const send = (): void => {
        while (!socket.destroyed && socket.write(more));
      };
      socket.on('drain', send);
      send();
      await closed;
      assert.equal(await asked('bob'), 200);
      await letGo();
    });
  }

  it('is one of too many from its address is closed, and another address has its own', async () => {
    const many = Array.from({ length: 310 }, () => open('127.0.0.2').resume());
    const [first] = await Promise.race(many.map((socket) => closing(socket).then(() => [socket] as const)));
    assert.ok(first.closed);
    assert.equal(await asked('bob'), 200);
    await letGo();
  });
});

/** Resolves when it has closed, also by a reset. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else {
      socket.once('close', () => {
        resolve();
      });
    }
  });
}

/** All that comes until the other end closes. */
function collected(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  return closing(socket).then(() => text);
}

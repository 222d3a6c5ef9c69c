import assert from 'node:assert/strict';
import { once } from 'node:events';
import { truncate, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

const authorization = `Basic ${Buffer.from('alice:alice-demo').toString('base64')}`;

describe('the limits of the declaration', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      declaration.limits = {
        xmlBytes: 2000,
        xmlDepth: 8,
        xmlAttributes: 8,
        headerBytes: 20_000,
        idleSeconds: 1,
        connections: 20,
      };
    });
  });
  after(() => davgate.dispose());

  const propfind = (body: string) =>
    curl(`${davgate.url}/docs/`, [
      '--user',
      login('alice'),
      '--request',
      'PROPFIND',
      '--header',
      'Depth: 0',
      '--data',
      body,
    ]);
  const wrapped = (content: string): string => `<D:propfind xmlns:D="DAV:">${content}</D:propfind>`;

  const bodies: readonly [string, string, number][] = [
    ['within them', wrapped('<D:allprop/>'), 207],
    ['of too many bytes', wrapped(`<D:allprop/>${' '.repeat(2000)}`), 413],
    ['nested too deeply', wrapped(`<D:prop>${'<a>'.repeat(7)}${'</a>'.repeat(7)}</D:prop>`), 400],
    [
      'with too many attributes',
      wrapped(`<D:prop><a ${Array.from({ length: 9 }, (_, index) => `a${index}=""`).join(' ')}/></D:prop>`),
      400,
    ],
  ];
  for (const [what, body, status] of bodies) {
    it(`answer a body ${what} with ${status}`, async () => {
      assert.equal((await propfind(body)).status, status);
    });
  }

  it('answer header fields that are too long with 431, and long ones within them', async () => {
    const ask = (length: number) =>
      curl(`${davgate.url}/docs/`, ['--user', login('alice'), '--header', `X-Long: ${'x'.repeat(length)}`]);
    assert.equal((await ask(18_000)).status, 200);
    assert.equal((await ask(22_000)).status, 431);
  });

  const put = (name: string, length: number): Socket => {
    const socket = connect(davgate.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `PUT /docs/${name} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: ${length}\r\n\r\n`,
    );
    return socket;
  };

  it('cut a connection that says nothing', async () => {
    const socket = connect(davgate.port, '127.0.0.1');
    socket.resume();
    await once(socket, 'close');
  });

  it('cut a client that falls silent in the middle of its body, of which nothing is kept', async () => {
    const socket = put('silent.bin', 100);
    socket.write('x'.repeat(50));
    socket.resume();
    await once(socket, 'close');
    const { status } = await curl(`${davgate.url}/docs/silent.bin`, ['--user', login('alice')]);
    assert.equal(status, 404);
  });

  it('do not cut a client that trickles, however long it takes', async () => {
    const socket = put('trickled.bin', 10);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    for (let byte = 0; byte < 10; byte += 1) {
      await pause(300);
      socket.write('x');
    }
    while (!answer.includes('\r\n\r\n')) await once(socket, 'data');
    assert.match(answer, /^HTTP\/1\.1 201 /);
    socket.destroy();
  });

  it('cut a client that stops reading, and not one that reads slowly', async () => {
    const file = join(davgate.folder, 'docs', 'large.bin');
    await writeFile(file, '');
    await truncate(file, 200_000_000);
    const head = `GET /docs/large.bin HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`;
    const closed = davgate.logged(({ path, complete }) => path === '/docs/large.bin' && complete === false);
    const stuck = connect(davgate.port, '127.0.0.1').pause();
    stuck.on('error', () => undefined);
    stuck.write(head);
    await closed;
    stuck.destroy();
    const slow = connect(davgate.port, '127.0.0.1');
    slow.on('error', () => undefined);
    let received = 0;
    let taking = 'sips';
    slow.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (taking === 'sips') slow.pause();
      else if (received > 200_000_000) slow.destroy();
    });
    const closing = once(slow, 'close');
    slow.write(head);
    for (let turn = 0; turn < 250; turn += 1) {
      await pause(10);
      slow.resume();
    }
    assert.ok(received < 200_000_000);
    taking = 'gulps';
    slow.resume();
    await closing;
    assert.ok(received > 200_000_000, `${received} bytes`);
  });

  it('close connections that are too many, and take new ones once there is room', async () => {
    const sockets = Array.from({ length: 40 }, () => connect(davgate.port, '127.0.0.1'));
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
    assert.equal((await propfind(wrapped('<D:allprop/>'))).status, 207);
  });
});

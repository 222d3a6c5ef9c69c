import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { listen, type RunningServer } from '../../../server/listener/http-server.js';

const connectionsPerAddress = 5;

/** What a client sends that Node cannot parse; each is a head that goes on after the fault. */
const invalid = [
  ['no request at all', '@@@@'],
  ['a target with a blank', 'GET a b HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an unknown version', 'GET / HTTP/9\r\nHost: x\r\n\r\n'],
  ['a field without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n'],
  ['too long a head', `GET / HTTP/1.1\r\na: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['two lengths', 'PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  ['one behind a valid request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n@@@\r\n\r\n'],
  ['a chunk of no size', 'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
] as const;

describe('an invalid request', () => {
  let running: RunningServer;
  before(async () => {
    running = await listen((req, res) => req.on('end', () => res.end('served')).resume(), {
      host: '127.0.0.1',
      port: 0,
      limits: { headerBytes: 16_384, idleSeconds: 60, connections: 100, connectionsPerAddress },
    });
  });
  after(() => running.stop(0));

  for (const [name, text] of invalid) {
    it(`leaves no connection behind when its client goes: ${name}`, async () => {
      for (let turn = 0; turn < connectionsPerAddress * 4; turn += 1) {
        const answer = await exchange(running.address.port, text);
        assert.match(answer, /^HTTP\/1\.1 (4\d\d|200)/, `turn ${turn}`);
      }
    });
  }

  it('is answered while its client goes on to send', async () => {
    const socket = connect(running.address.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write('@@@@\r\n\r\n');
    await once(socket, 'data');
    socket.write('x'.repeat(30_000));
    socket.end('x'.repeat(30_000));
    // Would reject if the connection were reset.
    await once(socket, 'close');
    assert.match(answer, /^HTTP\/1\.1 400 /);
  });

  it('ends the connection of a client that sends without an end', async () => {
    const socket = connect(running.address.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('@@@@\r\n\r\n');
    socket.resume();
    const flood = (): void => {
      while (!socket.destroyed && socket.write('x'.repeat(16_384)));
    };
    socket.on('drain', flood);
    flood();
    await new Promise((resolve) => socket.once('close', resolve));
  });
});

/** Sends the text and ends the connection. @returns what comes back until the server has closed it too */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      resolve(answer);
    });
    socket.end(text);
  });
}

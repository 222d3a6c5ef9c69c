import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

/** More than Apache works on at once. */
const connections = 140;

describe('requests that never end', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  const sockets: Socket[] = [];
  before(async () => {
    davgate = await sampleDavgate();
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await davgate.dispose();
  });

  const begin = async (user: string, request: string, body: string): Promise<Socket> => {
    const socket = connect(davgate.port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    const authorization = `Basic ${Buffer.from(login(user)).toString('base64')}`;
    await once(socket, 'connect');
    socket.write(
      `${request} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: 1000000\r\n\r\n${body}`,
    );
    return socket;
  };

  for (const [what, request, body] of [
    ['REPORTs', 'REPORT /svn/sample/!svn/me', '<S:update-report xmlns:S="svn:">'],
    ['uploads that have hardly begun', 'PUT /svn/sample/!svn/txr/0-0/a', 'x'],
    ['uploads that stopped in the midst', 'PUT /svn/sample/!svn/txr/0-0/a', 'x'.repeat(100_000)],
  ] as const) {
    it(`${what}: ${connections} of one user leave room for others`, async () => {
      for (let count = 0; count < connections; count += 1) await begin('admin', request, body);
      const answer = await curl(`${davgate.url}/svn/sample/trunk/`, [
        '--user',
        login('bob'),
        '--max-time',
        '20',
      ]);
      assert.equal(answer.status, 200);
    });
  }
});

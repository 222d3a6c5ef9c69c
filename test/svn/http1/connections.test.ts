import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { until } from '../../helpers/until.js';
import { fakeChild, textOf } from '../upstream-fixture.js';

test('after a retirement no connection of before carries a request, and what is under way ends well', async (t) => {
  const held: ServerResponse[] = [];
  const ports: (number | undefined)[] = [];
  const child = await fakeChild(t, (request, response) => {
    ports.push(request.socket.remotePort);
    if (request.url === '/svn/held') held.push(response);
    else response.end('done');
  });
  const slow = child.forward({ rawTarget: '/svn/held' });
  await textOf(await child.forward());
  await textOf(await child.forward());
  assert.equal(ports.at(-1), ports.at(-2), 'a connection is kept');
  const [first] = child.sockets;
  assert.ok(first);
  child.upstream.retire();
  await textOf(await child.forward());
  assert.equal(new Set(ports.slice(0, 2)).has(ports.at(-1)), false);
  held[0]?.end('late');
  const closed = once(first, 'close');
  assert.equal(await textOf(await slow), 'late');
  await closed;
  child.upstream.retire();
});

test('closing ends retired connections too', async (t) => {
  const child = await fakeChild(t, (_request, response) => {
    response.write('a');
  });
  const answer = await child.forward();
  child.upstream.retire();
  const [socket] = child.sockets;
  assert.ok(socket);
  const closed = once(socket, 'close');
  child.upstream.close();
  await assert.rejects(textOf(answer));
  await closed;
});

test('a connection of a client that outlives many generations is listened to once', async (t) => {
  const child = await fakeChild(t, (_request, response) => response.end('done'));
  const connection = new EventEmitter();
  for (let generation = 0; generation < 30; generation += 1) {
    await textOf(await child.forward({ connection }));
    child.upstream.retire();
  }
  await until(() => connection.listenerCount('close') === 0, 'nothing is left of the last generation');
  await until(() => child.sockets.size === 0, 'all connections are closed');
});

import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { type GiveBack, RequestsUnderWay } from '../../../server/pipeline/request-limits.js';
import { isFailure } from '../../../src/failure.js';
import type { WhenGone } from '../../../src/async/when-gone.js';

const limits = { requests: 4, requestsPerUser: 2 };
const stays: WhenGone = () => () => undefined;

/** Requests that log when they begin. */
function setting() {
  const underWay = new RequestsUnderWay();
  const begun: string[] = [];
  const ends = new Map<string, GiveBack>();
  const request = (user: string, name: string, whenGone = stays): Promise<void> | undefined => {
    const begin = (giveBack: GiveBack): void => {
      begun.push(name);
      ends.set(name, giveBack);
    };
    const socket = new Socket();
    const place = underWay.take(user, limits, socket);
    if (!place) {
      const waiting = underWay.wait(user, limits, socket, whenGone).then(begin);
      // Not every test waits for all.
      waiting.catch(() => undefined);
      return waiting;
    }
    begin(place);
    return undefined;
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { underWay, begun, request, end };
}

const tooMany = (error: unknown): boolean =>
  isFailure(error, 'unavailable') && error.headers.some(([name]) => name === 'Retry-After');

describe('requests under way', () => {
  test('of one user wait beyond a part of all, and delay nobody else', async () => {
    const { begun, request, end } = setting();
    for (const name of ['a1', 'a2', 'a3', 'a4']) void request('a', name);
    void request('b', 'b1');
    assert.deepEqual(begun, ['a1', 'a2', 'b1']);
    await end('a2');
    assert.deepEqual(begun, ['a1', 'a2', 'b1', 'a3']);
    await end('a2');
    assert.equal(begun.length, 4);
  });

  test('of several users get in turn what is free, however many of one wait', async () => {
    const { begun, request, end } = setting();
    for (const name of ['a1', 'a2']) void request('a', name);
    for (const name of ['b1', 'b2']) void request('b', name);
    void request('b', 'b3');
    void request('b', 'b4');
    void request('c', 'c1');
    await end('b1');
    await end('b2');
    await end('a1');
    assert.deepEqual(begun.slice(4).sort(), ['b3', 'b4', 'c1']);
    assert.ok(begun.indexOf('c1') < begun.indexOf('b4') || begun.indexOf('c1') === 5, String(begun));
  });

  test('wait in a bounded line', async () => {
    const { underWay, request } = setting();
    for (const name of ['a1', 'a2', 'a3', 'a4']) void request('a', name);
    await assert.rejects(request('a', 'a5') ?? Promise.resolve(), tooMany);
    for (const user of ['b', 'c']) for (const turn of [1, 2, 3, 4]) void request(user, `${user}${turn}`);
    assert.equal(underWay.running, 4);
    assert.equal(underWay.waiting, 4);
  });

  test('whose client is gone leave the line', async () => {
    const { underWay, begun, request, end } = setting();
    for (const name of ['a1', 'a2']) void request('a', name);
    let leave = (): void => undefined;
    const gone = request('a', 'a3', (listener) => {
      leave = () => {
        listener(new Error('gone'));
      };
      return () => undefined;
    });
    void request('a', 'a4');
    leave();
    await assert.rejects(gone ?? Promise.resolve(), /gone/);
    await end('a1');
    assert.deepEqual(begun, ['a1', 'a2', 'a4']);
    await end('a2');
    await end('a4');
    assert.deepEqual([underWay.running, underWay.waiting], [0, 0]);
  });
});

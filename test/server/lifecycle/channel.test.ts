import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { z } from 'zod';
import { Channel, ChannelClosed } from '../../../server/lifecycle/workers/channel.js';
import { Failure, isFailure } from '../../../src/failure.js';
import { connected } from './channels.js';

const double = { name: 'double', question: z.int().max(1000), answer: z.int() };
const never = { name: 'never', question: z.null(), answer: z.null() };

test('a question gets its answer, and answers come in any order', async (t) => {
  const { worker, parent } = connected(t);
  const waiting: (() => void)[] = [];
  parent.answer(double, async (number) => {
    await new Promise<void>((resolve) => {
      waiting.unshift(resolve);
      if (waiting.length === 3) for (const go of waiting) go();
    });
    return 2 * number;
  });
  assert.deepEqual(await Promise.all([1, 2, 3].map((number) => worker.ask(double, number))), [2, 4, 6]);
});

test('what is not valid is not answered, on either side', async (t) => {
  const { worker, parent, faults } = connected(t);
  parent.answer(double, (number) => number + 0.5);
  await assert.rejects(worker.ask(double, 1), (error) => isFailure(error, 'internal'));
  await assert.rejects(worker.ask(double, 5000), (error) => isFailure(error, 'internal'));
  await assert.rejects(worker.ask(never, null), (error) => isFailure(error, 'internal'));
  assert.equal(faults.length, 2);
});

test('a failure arrives with what its client is told, and without its cause', async (t) => {
  const { worker, parent } = connected(t);
  parent.answer(double, () => {
    throw new Failure('insufficient-storage', 'Full.', {
      condition: 'quota-not-exceeded',
      headers: [['Retry-After', '5']],
      cause: new Error('/secret/path'),
    });
  });
  await assert.rejects(worker.ask(double, 1), (error) => {
    assert.ok(isFailure(error, 'insufficient-storage'));
    assert.deepEqual(
      [error.message, error.condition, error.headers, error.cause],
      ['Full.', 'quota-not-exceeded', [['Retry-After', '5']], undefined],
    );
    return true;
  });
});

test('more questions under way than there may be are refused at once', async (t) => {
  const { worker, parent } = connected(t, 2);
  parent.answer(never, () => new Promise(() => undefined));
  const first = [worker.ask(never, null), worker.ask(never, null)];
  for (const asked of first) asked.catch(() => undefined);
  await assert.rejects(worker.ask(never, null), (error) => isFailure(error, 'unavailable'));
});

test('the end of one process answers what the other has asked, and withdraws what it was asked', async (t) => {
  const { worker, parent, close } = connected(t);
  const withdrawn = new Promise<void>((resolve) => {
    parent.answer(never, (_, signal) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
      close();
      return new Promise(() => undefined);
    });
  });
  await assert.rejects(worker.ask(never, null), ChannelClosed);
  await withdrawn;
  await assert.rejects(worker.ask(never, null), ChannelClosed);
});

test('a question that is withdrawn is given up on both sides', async (t) => {
  const { worker, parent } = connected(t);
  const giving = new AbortController();
  const withdrawn = new Promise<void>((resolve) => {
    parent.answer(never, (_, signal) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
      giving.abort();
      return new Promise(() => undefined);
    });
  });
  await assert.rejects(worker.ask(never, null, giving.signal), (error) => isFailure(error, 'malformed'));
  await withdrawn;
});

test('a connection stays open here until it has arrived, and comes back if the other process ends before', () => {
  const sent: unknown[] = [];
  let receive: (message: unknown) => void = () => undefined;
  let end: () => void = () => undefined;
  const channel = new Channel(
    {
      send: (message, connection) => {
        sent.push([message, connection]);
      },
      onMessage: (listener) => {
        receive = listener;
      },
      onClose: (listener) => {
        end = listener;
      },
    },
    {
      fault: (error) => {
        assert.ifError(error);
      },
    },
  );
  const lost: Socket[] = [];
  channel.onLost((connections) => {
    lost.push(...connections);
  });
  const [one, two] = [new Socket(), new Socket()];
  channel.give('listen', one);
  channel.give('listen', two);
  assert.deepEqual(sent, [
    [{ is: 'connection', number: 1, name: 'listen' }, one],
    [{ is: 'connection', number: 2, name: 'listen' }, two],
  ]);
  const destroyed = (): boolean[] => [one.destroyed, two.destroyed];
  assert.deepEqual(destroyed(), [false, false]);
  receive({ is: 'arrival', number: 1 });
  assert.deepEqual(destroyed(), [true, false]);
  end();
  assert.deepEqual(lost, [two]);
  assert.deepEqual(destroyed(), [true, false]);
});

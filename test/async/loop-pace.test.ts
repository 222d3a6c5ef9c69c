import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Breath } from '../../src/async/breath.js';
import { LoopPace } from '../../src/async/loop-pace.js';
import { paced } from '../../src/async/paced.js';

/** Work that takes `slice` milliseconds a step, on a clock that nothing else moves. */
class Workshop {
  readonly steps: string[] = [];
  /** The steps that were done in each turn of the event loop. */
  readonly turns: number[] = [];
  readonly pace: LoopPace;
  #time = 0;

  constructor() {
    this.pace = new LoopPace(() => this.#time);
  }

  /** A source that takes `slice` milliseconds for each of its parts. */
  async *parts(name: string, number: number, slice: number): AsyncGenerator<string> {
    for (let part = 0; part < number; part += 1) {
      this.steps.push(name);
      this.#time += slice;
      yield await Promise.resolve(name);
    }
  }

  breath(owner?: string): Breath {
    return new Breath(owner, () => this.#time, this.pace);
  }

  async work(name: string, steps: number, slice: number, breath = this.breath(name)): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      await breath.pause();
      this.steps.push(name);
      this.#time += slice;
    }
  }

  /** Counts the steps of each turn until all is done. */
  async until(done: Promise<unknown>): Promise<void> {
    const progress = { isDone: false };
    const end = done.then(() => {
      progress.isDone = true;
    });
    for (let before = this.steps.length; !progress.isDone; before = this.steps.length) {
      await turn();
      this.turns.push(this.steps.length - before);
    }
    await end;
  }
}

describe('Long work of many', () => {
  test('takes one slice of a turn of the event loop, whoever asks', async () => {
    const shop = new Workshop();
    const all = Array.from({ length: 50 }, (_, index) => shop.work(`task ${index}`, 10, 10));
    // The first step of each, before anybody knows that its work is long.
    await Promise.resolve();
    await shop.until(Promise.all(all));
    assert.equal(shop.steps.length, 500);
    // One counts a turn, another takes it: two slices may fall between two counts, but no more.
    assert.ok(
      shop.turns.every((steps) => steps <= 2),
      String(Math.max(...shop.turns)),
    );
  });

  test('takes steps that are short together, until they make a slice', async () => {
    const shop = new Workshop();
    await shop.until(Promise.all(['a', 'b', 'c', 'd'].map((name) => shop.work(name, 100, 1))));
    assert.ok(Math.max(...shop.turns) <= 24, String(Math.max(...shop.turns)));
    assert.ok(shop.turns.length <= 60, String(shop.turns.length));
  });

  test('is asked for one part a turn, the first as any other, however many ask', async () => {
    const shop = new Workshop();
    const all = Array.from({ length: 50 }, async (_, index) => {
      const name = `listing ${index}`;
      for await (const part of paced(shop.parts(name, 4, 10), name, shop.pace)) assert.equal(part, name);
    });
    await shop.until(Promise.all(all));
    assert.equal(shop.steps.length, 200);
    assert.ok(
      shop.turns.every((steps) => steps <= 2),
      String(Math.max(...shop.turns)),
    );
  });

  test('goes on in turn by owner, however much waits for one of them', async () => {
    const shop = new Workshop();
    const many = Array.from({ length: 50 }, () => shop.work('greedy', 10, 10));
    const one = shop.work('modest', 10, 10);
    await Promise.resolve();
    const before = shop.steps.length;
    await one;
    const meanwhile = shop.steps.slice(before).filter((name) => name === 'greedy').length;
    assert.ok(meanwhile <= 20, String(meanwhile));
    await Promise.all(many);
    assert.equal(shop.steps.length, 510);
  });

  test('goes first come, first served, for one owner', async () => {
    const pace = new LoopPace(
      (() => {
        let time = 0;
        return () => (time += 10);
      })(),
    );
    const order: number[] = [];
    assert.equal(pace.pause('owner'), undefined, 'the first has the turn');
    await Promise.all(
      [0, 1, 2, 3].map(async (index) => {
        await pace.pause('owner');
        order.push(index);
      }),
    );
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  test('leaves timers and small requests their turns between any two slices', async () => {
    const shop = new Workshop();
    const all = Promise.all(Array.from({ length: 50 }, (_, index) => shop.work(`task ${index}`, 4, 10)));
    const small: number[] = [];
    let isDone = false;
    const other = async (): Promise<void> => {
      while (!isDone) {
        await turn();
        small.push(shop.steps.length);
        await shop.work('small', 1, 0);
      }
    };
    const others = other();
    await all;
    isDone = true;
    await others;
    assert.ok(small.length >= 75, `${small.length} small requests among 150 slices`);
  });
});

test('Work that is over within a millisecond waits for nobody', () => {
  const shop = new Workshop();
  assert.equal(shop.pace.pause('long'), undefined);
  void shop.work('long', 1, 500);
  const breath = shop.breath('short');
  assert.equal(breath.pause(), undefined);
});

test('Work that is alone has every turn', async () => {
  const shop = new Workshop();
  await shop.until(shop.work('alone', 50, 10));
  assert.ok(shop.turns.filter((steps) => steps === 0).length <= 3, String(shop.turns));
});

import { loopPace, type LoopPace } from './loop-pace.js';

/**
 * The parts of a source, each requested in one of its owner's turns of the event loop, because producing one takes a
 * while.
 * @param owner owners take turns with each other
 */
export async function* paced<T>(
  parts: AsyncIterable<T>,
  owner: unknown,
  pace: LoopPace = loopPace,
): AsyncGenerator<T> {
  const iterator = parts[Symbol.asyncIterator]();
  try {
    for (;;) {
      // Nothing may be awaited between learning that there is time and the work; otherwise many would use the same
      // time.
      const rest = pace.pause(owner);
      if (rest) await rest;
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

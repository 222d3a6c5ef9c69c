import { loopPace, type LoopPace } from './loop-pace.js';

/**
 * The parts of a source, each asked for in one of its owner's turns of the event loop, since to make one takes a while.
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
      // Nothing is awaited between the answer that there is time and the work, or many would be told so at once.
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

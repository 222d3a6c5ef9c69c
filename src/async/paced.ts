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
  await pace.pause(owner);
  for await (const part of parts) {
    yield part;
    await pace.pause(owner);
  }
}

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often to look, in milliseconds. */
const interval = 15_000;

/** Growth of the memory outside V8's heap since the last time that is worth a collection, in bytes. */
const worthwhile = 48 * 1024 ** 2;

/** The largest heap to go through for it, in bytes: that takes a millisecond for each. */
const largestHeap = 64 * 1024 ** 2;

/** What a process takes, in bytes. */
type MemoryUsage = Pick<NodeJS.MemoryUsage, 'external' | 'heapUsed'>;

/**
 * Whether to collect garbage. Buffers are outside V8's heap; once a burst is over, V8 has no reason to find out that
 * they are garbage, and keeps hundreds of megabytes of them for hours.
 */
export class MemoryReturn {
  #least = Infinity;

  /** @returns whether a collection is worthwhile now; tell `collected` what it has left */
  isDue({ external, heapUsed }: MemoryUsage): boolean {
    this.#least = Math.min(this.#least, external);
    return external > this.#least + worthwhile && heapUsed < largestHeap;
  }

  /** What is still there is in use; only further growth counts. */
  collected({ external }: MemoryUsage): void {
    this.#least = external;
  }
}

/** Gives memory back that bursts leave behind. @returns a function that ends it */
export function returnMemory(): () => void {
  const collect = garbageCollection();
  const due = new MemoryReturn();
  const timer = setInterval(() => {
    if (!due.isDue(process.memoryUsage())) return;
    collect();
    due.collected(process.memoryUsage());
  }, interval).unref();
  return () => {
    clearInterval(timer);
  };
}

/** V8's own collection, which Node offers only behind a flag. */
function garbageCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return () => {
    if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
  };
}

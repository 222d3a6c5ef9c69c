import { pino, type DestinationStream } from 'pino';

/** Characters after which lines are written at once. */
const atOnce = 8192;
/** Milliseconds that a line waits for others at most. */
const longestWait = 20;

/**
 * Writes lines to a file descriptor, those that come together in one piece: a write for each, in a thread of its own, would
 * cost a small request as much as all the rest. What waits when the process ends is written then; what waits when it is
 * killed is lost.
 */
export function bufferedOutput(descriptor: number): DestinationStream {
  const output = pino.destination({ dest: descriptor, minLength: atOnce, sync: false });
  let waiting = false;
  const flush = (): void => {
    waiting = false;
    output.flush();
  };
  return {
    write(line) {
      output.write(line);
      if (waiting) return;
      waiting = true;
      setTimeout(flush, longestWait);
    },
  };
}

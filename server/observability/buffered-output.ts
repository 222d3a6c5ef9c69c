import { pino, type DestinationStream } from 'pino';

/** Characters after which lines are written at once. */
const atOnce = 8192;
/** Milliseconds that a line waits for others at most. */
const longestWait = 20;
/** Bytes of lines that wait while nobody reads them. */
const mostWaiting = 16 * 1024 ** 2;

/**
 * Writes lines to a file descriptor, those that come together in one piece: a write for each, in a thread of its own, would
 * cost a small request as much as all the rest. What waits when the process ends is written then; what waits when it is
 * killed is lost. While nobody reads them, lines beyond a bound are dropped, and then a line tells how many: requests go
 * on, which must not depend on who reads the log.
 */
export function bufferedOutput(descriptor: number): DestinationStream {
  const output = pino.destination({
    dest: descriptor,
    minLength: atOnce,
    maxLength: mostWaiting,
    sync: false,
  });
  let waiting = false;
  let dropped = 0;
  /** Bytes that have been handed over and not dropped, and those of them that are out. */
  let taken = 0;
  let out = 0;
  const flush = (): void => {
    waiting = false;
    output.flush();
  };
  const write = (line: string): void => {
    taken += Buffer.byteLength(line);
    output.write(line);
    if (waiting) return;
    waiting = true;
    setTimeout(flush, longestWait);
  };
  output.on('drop', (line: string) => {
    dropped += 1;
    taken -= Buffer.byteLength(line);
  });
  output.on('write', (bytes: number) => {
    out += bytes;
  });
  output.on('drain', () => {
    if (dropped > 0) {
      write(droppedLine(dropped));
      dropped = 0;
    }
    // Lines whose time came while others were still being written were left out of that.
    if (out < taken && !waiting) output.flush();
  });
  return { write };
}

function droppedLine(lines: number): string {
  const fields = {
    level: 'warn',
    time: new Date().toISOString(),
    lines,
    msg: 'nobody read the log: lines were dropped',
  };
  return `${JSON.stringify(fields)}\n`;
}

import { pino, type DestinationStream } from 'pino';

/** Buffered lines are written at once when they reach this many characters. */
const atOnce = 8192;
/** The longest that a line waits for others, in milliseconds. */
const longestWait = 20;
/** The most bytes to buffer while nobody reads the log. */
const mostWaiting = 16 * 1024 ** 2;

/**
 * Writes lines to a file descriptor, several at a time: a write in a thread for each line would cost as much as the
 * rest of a small request. Buffered lines are written when the process exits, but are lost if it is killed. If nobody
 * reads the log, lines beyond a limit are dropped, and a later line says how many: requests must not depend on a reader
 * of the log.
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
  /** The number of bytes accepted and not dropped, and the number of those written. */
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
    // Lines that became due during the last write were not part of it.
    if (out < taken && !waiting) output.flush();
  });
  return { write };
}

function droppedLine(lines: number): string {
  const fields = {
    level: 'warn',
    time: new Date().toISOString(),
    lines,
    msg: 'log lines dropped: nobody read the log',
  };
  return `${JSON.stringify(fields)}\n`;
}

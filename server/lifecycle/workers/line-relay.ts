import type { DestinationStream } from 'pino';

const newline = 0x0a;

/** The most bytes of an unfinished line. */
const longestLine = 1024 ** 2;

/** Passes on the whole lines of an output that comes in pieces, so that lines of several processes stay apart. */
export function lineRelay(output: DestinationStream): (piece: Buffer) => void {
  let rest: Buffer[] = [];
  let length = 0;
  return (piece) => {
    const end = piece.lastIndexOf(newline) + 1;
    if (end > 0) {
      output.write(Buffer.concat([...rest, piece.subarray(0, end)]).toString());
      rest = [];
      length = 0;
    }
    if (end === piece.length) return;
    rest.push(piece.subarray(end));
    length += piece.length - end;
    if (length <= longestLine) return;
    // Nothing of ours writes such a line.
    rest = [];
    length = 0;
  };
}

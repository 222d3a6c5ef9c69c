import type { Readable } from 'node:stream';

/** The longest line to pass on in one piece, in UTF-16 code units. */
const longest = 8192;

/** Calls `line` with every non-blank line of `stream`, without its line end. */
export function eachLine(stream: Readable, line: (text: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > longest) lines.push(rest.slice(0, longest));
    if (rest.length > longest) rest = '';
    for (const text of lines) if (text.trim() !== '') line(text);
  });
  stream.on('end', () => {
    if (rest.trim() !== '') line(rest);
  });
  stream.on('error', () => undefined);
}

import { FastcgiError } from './fastcgi-records.js';

/**
 * Name-value pairs (FastCGI section 3.4), each character a byte.
 * @throws FastcgiError for lengths that lead beyond the end, and for a name that is repeated
 */
export function readPairs(bytes: Buffer): Map<string, string> {
  const pairs = new Map<string, string>();
  let at = 0;
  const length = (): number => {
    const first = bytes[at];
    if (first === undefined) throw new FastcgiError('A name-value pair is cut off.');
    if (first < 0x80) {
      at += 1;
      return first;
    }
    if (at + 4 > bytes.length) throw new FastcgiError('A name-value pair is cut off.');
    const long = bytes.readUInt32BE(at) & 0x7fffffff;
    at += 4;
    return long;
  };
  const text = (size: number): string => {
    const end = at + size;
    if (end > bytes.length) throw new FastcgiError('A name-value pair is cut off.');
    const read = bytes.toString('latin1', at, end);
    at = end;
    return read;
  };
  while (at < bytes.length) {
    const nameLength = length();
    const valueLength = length();
    const name = text(nameLength);
    const value = text(valueLength);
    if (pairs.has(name)) throw new FastcgiError('A variable is repeated.');
    pairs.set(name, value);
  }
  return pairs;
}

/** A pair as it is sent. */
export function writePair(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name, 'latin1'), Buffer.from(value, 'latin1')];
  return Buffer.concat([lengthOf(nameBytes), lengthOf(valueBytes), nameBytes, valueBytes]);
}

function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((length | 0x80000000) >>> 0);
  return bytes;
}

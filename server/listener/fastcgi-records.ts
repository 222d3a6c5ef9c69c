/** The records of FastCGI 1.0, sections 3.3, 5 and 8 of its specification. */
export const recordTypes = {
  beginRequest: 1,
  abortRequest: 2,
  endRequest: 3,
  params: 4,
  stdin: 5,
  stdout: 6,
  data: 8,
  getValues: 9,
  getValuesResult: 10,
  unknownType: 11,
} as const;

/** Of a request that begins (section 6). */
export const authorizerRole = 2;

/** How a request ends (section 5.5). */
export const protocolStatus = { complete: 0, cannotMultiplex: 1, unknownRole: 3 } as const;

export interface FastcgiRecord {
  readonly type: number;
  /** 0 for what is about the connection. */
  readonly requestId: number;
  readonly content: Buffer;
}

/** What is no FastCGI, or too much of it. */
export class FastcgiError extends Error {
  override readonly name = 'FastcgiError';
}

const headerLength = 8;

/** The most bytes of a record besides its content: its head and its padding. */
export const mostBesideContent = headerLength + 255;

/** Reads records as their bytes come, each byte once, and no more bytes than a bound. */
export class RecordReader {
  readonly #header = Buffer.alloc(headerLength);
  #headerBytes = 0;
  #content: Buffer | undefined;
  #contentBytes = 0;
  #padding = 0;
  #left: number;

  /** @param most bytes that a connection may send in all, padding among them */
  constructor(most: number) {
    this.#left = most;
  }

  /** @throws FastcgiError for another version, and beyond the bound */
  *read(chunk: Buffer): Generator<FastcgiRecord> {
    this.#left -= chunk.length;
    if (this.#left < 0) throw new FastcgiError('The records are too long.');
    let at = 0;
    while (at < chunk.length) {
      if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, chunk.length - at);
        this.#padding -= skipped;
        at += skipped;
      } else if (this.#content) {
        const taken = chunk.copy(this.#content, this.#contentBytes, at);
        this.#contentBytes += taken;
        at += taken;
      } else {
        const taken = chunk.copy(this.#header, this.#headerBytes, at);
        this.#headerBytes += taken;
        at += taken;
        if (this.#headerBytes === headerLength) this.#begin(chunk.length - at);
      }
      if (this.#content && this.#contentBytes === this.#content.length) yield this.#end(this.#content);
    }
  }

  /** @param here bytes that have come after the head, which count already */
  #begin(here: number): void {
    if (this.#header[0] !== 1) throw new FastcgiError('This is not version 1 of FastCGI.');
    const length = this.#header.readUInt16BE(4);
    if (length > this.#left + here) throw new FastcgiError('The records are too long.');
    this.#content = Buffer.alloc(length);
    this.#contentBytes = 0;
  }

  #end(content: Buffer): FastcgiRecord {
    this.#content = undefined;
    this.#headerBytes = 0;
    this.#padding = this.#header[6] ?? 0;
    return { type: this.#header[1] ?? 0, requestId: this.#header.readUInt16BE(2), content };
  }
}

/** The longest content of a record. */
const mostContent = 0xffff;

/** One record. @throws RangeError for content over 65,535 bytes */
export function record(type: number, requestId: number, content: Uint8Array = new Uint8Array()): Buffer {
  const header = Buffer.alloc(headerLength);
  header[0] = 1;
  header[1] = type;
  header.writeUInt16BE(requestId, 2);
  header.writeUInt16BE(content.length, 4);
  return Buffer.concat([header, content]);
}

/** The end of a request (section 5.5). */
export function endRequest(requestId: number, applicationStatus: number, status: number): Buffer {
  const content = Buffer.alloc(8);
  content.writeUInt32BE(applicationStatus, 0);
  content[4] = status;
  return record(recordTypes.endRequest, requestId, content);
}

/** A whole answer on standard output, and that it is complete. */
export function answerRecords(requestId: number, text: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < text.length; at += mostContent) {
    parts.push(record(recordTypes.stdout, requestId, text.subarray(at, at + mostContent)));
  }
  parts.push(record(recordTypes.stdout, requestId), endRequest(requestId, 0, protocolStatus.complete));
  return Buffer.concat(parts);
}

import type { HeaderList } from '../../http/message.js';
import { parseFields, ProtocolError, type ResponseFraming } from './response-head.js';

/** The longest line of a chunk's size or of a trailer section, and the most bytes of the latter. */
const longestLine = 16 * 1024;

/** Takes a body out of its framing (RFC 9112 sections 6 and 7), piece by piece as it arrives. */
export interface BodyDecoder {
  readonly ended: boolean;
  /** What the trailer section holds; empty before the end. */
  readonly trailers: HeaderList;
  /**
   * The content in the next bytes of the connection, in one piece.
   * @throws ProtocolError, also for bytes after the end
   */
  decode(bytes: Buffer): Buffer;
  /** The connection has ended, too. @throws ProtocolError where the body had not */
  end(): void;
}

export function bodyDecoder(framing: ResponseFraming): BodyDecoder {
  switch (framing.kind) {
    case 'none':
      return new LengthDecoder(0);
    case 'length':
      return new LengthDecoder(framing.bytes);
    case 'chunked':
      return new ChunkedDecoder();
    case 'until-close':
      return new OpenDecoder();
  }
}

const nothing = Buffer.alloc(0);

class LengthDecoder implements BodyDecoder {
  readonly trailers: HeaderList = [];
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  get ended(): boolean {
    return this.#left === 0;
  }

  decode(bytes: Buffer): Buffer {
    if (bytes.length > this.#left) throw new ProtocolError('More bytes came than were announced.');
    this.#left -= bytes.length;
    return bytes;
  }

  end(): void {
    if (this.#left > 0) throw new ProtocolError('Fewer bytes came than were announced.');
  }
}

class OpenDecoder implements BodyDecoder {
  readonly trailers: HeaderList = [];
  ended = false;

  decode(bytes: Buffer): Buffer {
    return bytes;
  }

  end(): void {
    this.ended = true;
  }
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = String.raw`"(?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"`;
const sizeLine = new RegExp(`^([0-9A-Fa-f]{1,12})(?:;${token}(?:=(?:${token}|${quoted}))?)*$`);

/** RFC 9110 section 6.5.1. */
const describesFraming = /^(?:content-length|transfer-encoding)$/i;

class ChunkedDecoder implements BodyDecoder {
  trailers: HeaderList = [];
  #part: 'size' | 'content' | 'content-end' | 'trailers' | 'ended' = 'size';
  /** Bytes of the chunk that are still to come. */
  #left = 0;
  /** The beginning of a line whose end has not come yet. */
  #line = '';
  readonly #trailerLines: string[] = [];
  #trailerBytes = 0;

  get ended(): boolean {
    return this.#part === 'ended';
  }

  decode(bytes: Buffer): Buffer {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#part === 'content') {
        const end = Math.min(at + this.#left, bytes.length);
        pieces.push(bytes.subarray(at, end));
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#part = 'content-end';
        continue;
      }
      if (this.#part === 'ended') throw new ProtocolError('Bytes came after the end of the body.');
      const feed = bytes.indexOf(lineFeed, at);
      const end = feed === -1 ? bytes.length : feed;
      this.#line += bytes.toString('latin1', at, end);
      if (this.#line.length > longestLine) throw new ProtocolError('A line of the framing is too long.');
      at = end + 1;
      if (feed !== -1) this.#takeLine();
    }
    const [only = nothing, ...more] = pieces;
    return more.length === 0 ? only : Buffer.concat(pieces);
  }

  end(): void {
    if (!this.ended) throw new ProtocolError('The body broke off.');
  }

  #takeLine(): void {
    const line = this.#line;
    this.#line = '';
    if (line.charCodeAt(line.length - 1) !== carriageReturn) {
      throw new ProtocolError('A line of the framing does not end in CR LF.');
    }
    this.#takeText(line.slice(0, -1));
  }

  #takeText(text: string): void {
    switch (this.#part) {
      case 'size': {
        const size = sizeLine.exec(text)?.[1];
        if (size === undefined) throw new ProtocolError('The size of a chunk cannot be read.');
        this.#left = Number.parseInt(size, 16);
        this.#part = this.#left === 0 ? 'trailers' : 'content';
        return;
      }
      case 'content-end':
        if (text !== '') throw new ProtocolError('A chunk is longer than announced.');
        this.#part = 'size';
        return;
      case 'trailers':
        if (text === '') {
          this.trailers = parseFields(this.#trailerLines);
          if (this.trailers.some(([name]) => describesFraming.test(name))) {
            throw new ProtocolError('The trailer section has a field that only a head may have.');
          }
          this.#part = 'ended';
          return;
        }
        this.#trailerBytes += text.length;
        if (this.#trailerBytes > longestLine) throw new ProtocolError('The trailer section is too long.');
        this.#trailerLines.push(text);
        return;
      case 'content':
      case 'ended':
    }
  }
}

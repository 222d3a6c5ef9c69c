import type { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { chunksOf } from '../async/body-chunks.js';
import { Breath } from '../async/breath.js';
import { Failure } from '../failure.js';
import { StrictParser, type XmlBounds, type XmlHandler } from './strict-parser.js';

/** Characters to parse without a pause: a few milliseconds at most. */
const pieceCharacters = 8 * 1024;

export interface BodyWatch {
  /** Called with the bytes that have arrived, before they are parsed. May throw. */
  onBytes?(chunk: Buffer): void;
  /** The sender: long bodies of several senders take turns. */
  readonly owner?: string;
}

/**
 * Parses an XML body as it arrives; other requests get their turns during a long one.
 * @returns whether the body was non-empty
 * @throws Failure `malformed`, `too-large`, and as {@link StrictParser}
 */
export async function readXmlBody(
  body: Readable,
  bounds: XmlBounds,
  handler: XmlHandler,
  watch: BodyWatch = {},
): Promise<boolean> {
  const parser = new StrictParser(bounds, handler);
  const decoder = new BodyDecoder();
  const breath = new Breath(watch.owner);
  let size = 0;
  for await (const chunk of chunksOf(body)) {
    size += chunk.length;
    if (size > bounds.size)
      throw new Failure('too-large', `The XML body must not exceed ${bounds.size} bytes.`);
    watch.onBytes?.(chunk);
    const text = decoder.decode(chunk);
    for (let at = 0; at < text.length; at += pieceCharacters) {
      const rest = breath.pause();
      if (rest) await rest;
      parser.write(text.slice(at, at + pieceCharacters));
    }
  }
  if (size === 0) return false;
  parser.write(decoder.end());
  parser.close();
  return true;
}

/** Decodes UTF-8, or UTF-16 with a byte order mark, piece by piece. @throws Failure `malformed` for anything else */
export class BodyDecoder {
  #first: Buffer | undefined;
  #decoder: TextDecoder | undefined;

  decode(chunk: Buffer): string {
    const bytes = this.#first ? Buffer.concat([this.#first, chunk]) : chunk;
    this.#first = undefined;
    if (this.#decoder === undefined && bytes.length < 2) {
      this.#first = bytes;
      return '';
    }
    return this.#text(bytes, true);
  }

  end(): string {
    return this.#text(this.#first ?? Buffer.alloc(0), false);
  }

  #text(bytes: Buffer, stream: boolean): string {
    const decoder = (this.#decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true }));
    try {
      return decoder.decode(bytes, { stream });
    } catch (cause) {
      throw new Failure('malformed', `The body is not valid ${decoder.encoding.toUpperCase()}.`, { cause });
    }
  }
}

function encodingOf([first, second]: Buffer): string {
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xff && second === 0xfe ? 'utf-16le' : 'utf-8';
}

import type { Readable } from 'node:stream';
import type { Allowance, Holding } from '../../async/allowance.js';
import { chunksOf } from '../../async/body-chunks.js';
import { busy, Failure } from '../../failure.js';
import { readXmlBody } from '../../xml/read-body.js';
import type { XmlHandler } from '../../xml/strict-parser.js';
import type { Framing } from '../request-framing.js';
import { hasXmlBody, limitsOfXml, mostOfAny, mostOfOthers, mostOfSkel } from './limits.js';
import { SourceFinder } from './merge-source.js';
import { checkSkel } from './skel.js';
import { XmlChecker } from './xml-checker.js';

/** A body that has arrived completely and that Apache can process. */
export interface WholeBody {
  readonly pieces: readonly Buffer[];
  /** Bytes. */
  readonly size: number;
  /** The most bytes that Apache needs for it. */
  readonly weight: number;
  /** For a MERGE: the href of the transaction or activity to commit. */
  readonly source?: string;
  /** For a report about one path: that path, relative to the requested one unless it begins with a slash. */
  readonly path?: string;
  /** Call this when nobody needs the bytes any more. Idempotent. */
  readonly release: () => void;
}

export interface BodyRequest {
  readonly method: string;
  readonly framing: Framing;
  readonly body: Readable;
  /** The sender: the bytes held for all their bodies are limited. */
  readonly owner: string;
  /** Bytes of bodies held at the same time. */
  readonly allowance: Allowance;
  /** Milliseconds without a single byte after which the server gives up. */
  readonly patience?: number;
}

/**
 * Reads the body of any request but a PUT, before the request takes any other resource, and refuses what Apache cannot
 * process.
 * @throws Failure `too-large`, `malformed`, `unavailable` if too many bytes are held already, and as readXmlBody
 */
export async function readBody(request: BodyRequest): Promise<WholeBody> {
  const { method, framing, owner, allowance, patience = 60_000 } = request;
  const most = mostOf(method);
  if (framing.kind === 'length' && Number(framing.bytes) > most) throw tooLarge(most);
  const keeper = new Keeper(allowance.hold(owner), most);
  const silence = silenceAfter(patience);
  try {
    return await Promise.race([keptBody(request, keeper, silence), silence.failure]);
  } catch (error) {
    keeper.release();
    throw error;
  } finally {
    silence.end();
  }
}

/** Rejects when nothing has arrived for too long. */
function silenceAfter(patience: number) {
  let timer: NodeJS.Timeout | undefined;
  const failure = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Failure('unavailable', 'The request body did not arrive in time.')),
      patience,
    );
  });
  return { failure, broken: () => timer?.refresh(), end: () => clearTimeout(timer) };
}

async function keptBody(
  { method, body, owner }: BodyRequest,
  keeper: Keeper,
  silence: ReturnType<typeof silenceAfter>,
): Promise<WholeBody> {
  const keep = (bytes: Buffer): void => {
    silence.broken();
    keeper.keep(bytes);
  };
  if (hasXmlBody(method)) return readXml(method, body, keeper, { owner, keep });
  for await (const chunk of chunksOf(body)) keep(chunk);
  if (method === 'POST') checkSkel(Buffer.concat(keeper.pieces()));
  return keeper.whole(keeper.size);
}

async function readXml(
  method: string,
  body: Readable,
  keeper: Keeper,
  { owner, keep }: { readonly owner: string; readonly keep: (bytes: Buffer) => void },
): Promise<WholeBody> {
  const checker = new XmlChecker(method);
  const finder = method === 'MERGE' ? new SourceFinder() : undefined;
  const bounds = method === 'REPORT' ? limitsOfXml(method, 'update-report') : limitsOfXml(method, undefined);
  await readXmlBody(body, bounds, finder ? both(checker, finder) : checker, {
    owner,
    onBytes: (bytes) => {
      checker.count(bytes);
      keep(bytes);
    },
  });
  const source = finder?.source();
  const { path, weight } = checker;
  return {
    ...keeper.whole(weight),
    ...(source !== undefined && { source }),
    ...(path !== undefined && { path }),
  };
}

class Keeper {
  readonly #gathered = new Gathered();
  readonly #holding: Holding;
  readonly #most: number;

  constructor(holding: Holding, most: number) {
    this.#holding = holding;
    this.#most = most;
  }

  get size(): number {
    return this.#gathered.size;
  }

  keep(bytes: Buffer): void {
    if (this.#gathered.size + bytes.length > this.#most) throw tooLarge(this.#most);
    if (!this.#holding.grow(bytes.length)) {
      throw busy('Too many large requests are in progress. Try again in a minute.', 60);
    }
    this.#gathered.add(bytes);
  }

  pieces(): readonly Buffer[] {
    return this.#gathered.pieces();
  }

  release(): void {
    this.#holding.release();
  }

  whole(weight: number): WholeBody {
    const release = (): void => this.release();
    return { pieces: this.pieces(), size: this.size, weight, release };
  }
}

function mostOf(method: string): number {
  if (method === 'POST') return mostOfSkel;
  return hasXmlBody(method) ? Math.min(mostOfAny, mostOfXml(method)) : mostOfOthers;
}

function mostOfXml(method: string): number {
  return limitsOfXml(method, method === 'REPORT' ? 'update-report' : undefined).size;
}

function tooLarge(most: number): Failure {
  return new Failure('too-large', `The body must not exceed ${most} bytes.`);
}

function both(one: XmlHandler, other: XmlHandler): XmlHandler {
  return {
    open: (tag) => {
      one.open(tag);
      other.open(tag);
    },
    close: () => {
      one.close();
      other.close();
    },
    text: (characters) => {
      one.text(characters);
      other.text(characters);
    },
  };
}

/** Bytes of a block that gathers small pieces. */
const blockSize = 64 * 1024;
/** A piece of at least this many bytes is kept as it is; a smaller one would keep the memory of a whole read. */
const large = 16 * 1024;

/** Gathers a body so that it takes about as much memory as it has bytes, however small its pieces are. */
class Gathered {
  readonly #pieces: Buffer[] = [];
  #block: Buffer | undefined;
  #used = 0;
  size = 0;

  add(bytes: Buffer): void {
    this.size += bytes.length;
    if (bytes.length >= large || (this.#pieces.length === 0 && this.#block === undefined)) {
      this.#closeBlock();
      if (bytes.length > 0) this.#pieces.push(bytes);
      return;
    }
    for (let at = 0; at < bytes.length;) {
      const block = (this.#block ??= Buffer.allocUnsafeSlow(blockSize));
      const copied = bytes.copy(block, this.#used, at);
      this.#used += copied;
      at += copied;
      if (this.#used === blockSize) this.#closeBlock();
    }
  }

  pieces(): readonly Buffer[] {
    this.#closeBlock();
    return this.#pieces;
  }

  #closeBlock(): void {
    if (this.#block && this.#used > 0) this.#pieces.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
  }
}

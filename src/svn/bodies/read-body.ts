import type { Readable } from 'node:stream';
import type { Allowance, Holding } from '../../async/allowance.js';
import { chunksOf } from '../../async/body-chunks.js';
import { Failure } from '../../failure.js';
import { readXmlBody } from '../../xml/read-body.js';
import type { XmlHandler } from '../../xml/strict-parser.js';
import type { Framing } from '../request-framing.js';
import { Gathered } from './gathered.js';
import { hasXmlBody, limitsOfXml, mostOfAny, mostOfOthers, mostOfSkel } from './limits.js';
import { SourceFinder } from './merge-source.js';
import { checkSkel } from './skel.js';
import { XmlChecker } from './xml-checker.js';

/** A body that has arrived whole, and that Apache can take. */
export interface WholeBody {
  readonly pieces: readonly Buffer[];
  /** Bytes. */
  readonly size: number;
  /** Bytes that Apache needs for it, at most. */
  readonly weight: number;
  /** Of a MERGE: the href of the transaction or activity that is committed. */
  readonly source?: string;
  /** Of a report about one path: that path, below the one that was asked for unless it begins with a slash. */
  readonly path?: string;
  /** To be called when nobody needs its bytes any more. Idempotent. */
  readonly release: () => void;
}

export interface BodyRequest {
  readonly method: string;
  readonly framing: Framing;
  readonly body: Readable;
  /** Who sends it: what is kept of all their bodies is bounded. */
  readonly owner: string;
  /** Bytes of bodies that are kept at once. */
  readonly allowance: Allowance;
  /** Milliseconds in which not one byte comes before it is given up. */
  readonly patience?: number;
}

/**
 * Reads the body of any request but a PUT, before the request takes anything else, and checks what Apache cannot take.
 * @throws Failure `too-large`, `malformed`, `unavailable` where too much is kept already, and as readXmlBody
 */
export async function readBody(request: BodyRequest): Promise<WholeBody> {
  const { method, framing, owner, allowance, patience = 60_000 } = request;
  const most = mostOf(method);
  if (framing.kind === 'length' && Number(framing.bytes) > most) throw tooLarge(most);
  const keeper = new Keeper(allowance.hold(owner), most);
  const silence = new Silence(patience);
  try {
    return await Promise.race([keptBody(request, keeper, silence), silence.failure]);
  } catch (error) {
    keeper.release();
    throw error;
  } finally {
    silence.end();
  }
}

/** Tells when nothing has been heard for too long. */
class Silence {
  readonly failure: Promise<never>;
  readonly #timer: NodeJS.Timeout;

  constructor(patience: number) {
    let fail: (failure: Failure) => void;
    this.failure = new Promise((_, reject) => {
      fail = reject;
    });
    this.#timer = setTimeout(() => {
      fail(new Failure('unavailable', 'The request body did not arrive in time.'));
    }, patience);
  }

  broken(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

async function keptBody(
  { method, body, owner }: BodyRequest,
  keeper: Keeper,
  silence: Silence,
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

/** Bytes that are kept, as many as there may be. */
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
      throw new Failure('unavailable', 'Too many large requests are under way. Try again in a minute.', {
        headers: [['Retry-After', '60']],
      });
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
    const release = (): void => {
      this.release();
    };
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
  return new Failure('too-large', `The body is over ${most} bytes.`);
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

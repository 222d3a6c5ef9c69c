import type { EventEmitter } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { performance } from 'node:perf_hooks';
import { Allowance } from '../async/allowance.js';
import { Failure } from '../failure.js';
import type { HeaderList, HttpResponse } from '../http/message.js';
import { workers } from './apache/apache-config.js';
import type { WholeBody } from './bodies/read-body.js';
import {
  type Answer,
  createHttpClient,
  type HttpClient,
  type Outgoing,
  StaleConnection,
} from './http1/client.js';
import { type RequestHead, upstreamHead } from './proxy-request.js';
import { clientHeaders } from './proxy-response.js';
import { type Slot, type SlotLimits, Slots } from './slots.js';
import type { UpstreamAddress } from './upstream-address.js';
import type { WhenGone } from '../async/when-gone.js';

/** A request that has been authenticated and authorised. */
export interface UpstreamRequest extends RequestHead {
  /**
   * Whom it is counted to, where one may use only a part of what there is. */
  readonly owner: string;
  /** The client's message, which is read only if the header fields announce a body; or a body that is already
   * available.
   */
  readonly body: Readable | WholeBody;
  /** The client's connection, which emits `close`: each client connection has its own connection to Apache. */
  readonly connection: EventEmitter;
  /** When the client disconnects, the request to the child ends at once. */
  readonly whenGone: WhenGone;
  /** Scheme and authority that the client uses, such as `https://files.example.org`, if known. */
  readonly publicOrigin: () => string | undefined;
}

export interface UpstreamOptions {
  /** Where the child listens at the moment; undefined while it is not running. */
  readonly address: () => UpstreamAddress | undefined;
  /**
   * Processes that send requests to this Apache: the default limits are for all together, and divided among them.
   * Default: 1.
   */
  readonly processes?: number;
  /** The most requests at the same time, of which one owner may have a quarter; further ones wait for their turn. */
  readonly maxRequests?: number;
  readonly waiting?: Partial<SlotLimits>;
  /** Milliseconds without a single byte after which a request is given up. Commits that take hours are normal. */
  readonly patience?: number;
}

export interface Upstream {
  /** Bytes of bodies held before they are sent. */
  readonly bodies: Allowance;
  /**
   * Sends the request to the child and resolves with the head of the answer. The body is a stream, unless it came with
   * the head. After the head, a failure destroys that stream with an error; the code that writes the answer must then
   * abort it.
   * @throws Failure `unavailable` if too many wait; `upstream-unreachable`; `upstream-timeout`; as {@link
   *   upstreamHead}; the reason why the client has gone
   */
  forward(request: UpstreamRequest): Promise<HttpResponse>;
  /** Lets every connection end after its current requests: later requests get new connections. */
  retire(): void;
  close(): void;
}

/**
 * Fewer than the child processes at the same time, so that a request never waits where its client's disconnection
 * would go unnoticed.
 */
const mostRequests = workers - 8;

const MiB = 1024 * 1024;

/** Bytes held in this process at the same time. */
const keptBytes = { inAll: 256 * MiB, perOwner: 64 * MiB };

/** Apache's memory for the bodies that it reads as XML, in MiB. */
const apacheMemory = { most: 512, mostOfOne: 128 };
/**
 * Bodies that need no more bytes than this are not counted: Apache processes only a limited number of them at the same
 * time.
 */
const negligible = 2 * MiB;

const mayWait = { mostWaiting: 1000, mostWaitingOfOne: 250, patience: 120_000 };

/** Sending these twice has the same effect (RFC 9110 section 9.2.2, RFC 4918 section 9, RFC 3253). */
const idempotent = new Set(
  'GET HEAD OPTIONS PROPFIND REPORT PUT DELETE MKCOL COPY MOVE PROPPATCH UNLOCK'.split(' '),
);

/** Their bodies link to the location under the child's own name; clients follow the Location. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const describesBody = /^content-(?:length|type|encoding|language)$/i;

export function createUpstream(options: UpstreamOptions): Upstream {
  const { processes = 1 } = options;
  const part = (limit: number): number => Math.ceil(limit / processes);
  const { maxRequests = part(mostRequests), patience = 2 * 60 * 60 * 1000 } = options;
  const client = createHttpClient();
  const waiting = { ...mayWait, now: () => performance.now(), ...options.waiting };
  const slots = new Slots({ ...waiting, most: maxRequests, mostOfOne: Math.ceil(maxRequests / 4) });
  const memory = new Slots({
    ...waiting,
    most: part(apacheMemory.most),
    mostOfOne: part(apacheMemory.mostOfOne),
  });
  /** Takes what a request needs, in this order: no request holds anything scarce while it waits for its client. */
  const slotFor = async ({ body, owner, whenGone }: UpstreamRequest): Promise<Slot> => {
    if (!isWhole(body)) {
      if (body instanceof IncomingMessage && !body.complete) await whenWorthwhile(body);
      return slots.takeFree(owner) ?? slots.take(owner, whenGone);
    }
    if (body.weight <= negligible) return slots.takeFree(owner) ?? slots.take(owner, whenGone);
    const share = await memory.take(owner, whenGone, Math.ceil(body.weight / MiB));
    try {
      return joined(await slots.take(owner, whenGone), share);
    } catch (error) {
      share.release();
      throw error;
    }
  };
  return {
    bodies: new Allowance({ inAll: part(keptBytes.inAll), perOwner: part(keptBytes.perOwner) }),
    async forward(request) {
      const { method, body, connection, whenGone } = request;
      let slot: Slot | undefined;
      try {
        const address = options.address();
        if (address === undefined) {
          throw new Failure('upstream-unreachable', 'The Subversion server is not running at the moment.');
        }
        const head = upstreamHead(request, address, isWhole(body) ? body.size : undefined);
        slot = await slotFor(request);
        const outgoing = { method, head, body, patience, whenGone, slot };
        return answer(request, address, await exchange(client, address, connection, outgoing));
      } catch (error) {
        slot?.release();
        throw error;
      } finally {
        if (isWhole(body)) body.release();
      }
    },
    retire: () => client.retire(),
    close: () => client.close(),
  };
}

function isWhole(body: Readable | WholeBody): body is WholeBody {
  return 'pieces' in body;
}

function joined(slot: Slot, other: Slot): Slot {
  return {
    holdFor: (held) => {
      slot.holdFor(held);
      other.holdFor(held);
    },
    release: () => {
      slot.release();
      other.release();
    },
  };
}

async function exchange(
  client: HttpClient,
  address: UpstreamAddress,
  connection: EventEmitter,
  outgoing: Outgoing,
): Promise<Answer> {
  try {
    return await client.exchange(connection, address, outgoing);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    const resendable = outgoing.head.framing.kind === 'none' || 'pieces' in outgoing.body;
    if (resendable && idempotent.has(outgoing.method)) {
      return client.exchangeOnce(address, outgoing);
    }
    throw new Failure('upstream-unreachable', 'The Subversion server closed the connection. Try again.', {
      cause: error,
    });
  }
}

function answer(request: UpstreamRequest, address: UpstreamAddress, got: Answer): HttpResponse {
  const { status, body, trailers } = got;
  // A request without a name has no credentials that could be wrong: Apache asks for some.
  if (status === 401 && request.username !== undefined) {
    discard(got);
    throw new Failure(
      'upstream-unreachable',
      'The Subversion server refused the credentials of this server. Check the upstream secret.',
    );
  }
  const headers = clientHeaders(got.headers, address, request.publicOrigin);
  if (redirects.has(status)) {
    discard(got);
    const emptied = headers.filter(([name]) => !describesBody.test(name));
    return { status, headers: [...emptied, ['Content-Length', '0']] };
  }
  if (body === undefined) return { status, headers };
  if (body instanceof Readable || trailers().length > 0) return { status, headers, body, trailers };
  return { status, headers: withLength(headers, body.length), body };
}

function withLength(headers: HeaderList, bytes: number): HeaderList {
  if (headers.some(([name]) => name.toLowerCase() === 'content-length')) return headers;
  return [...headers, ['Content-Length', String(bytes)]];
}

/** Reads and drops an unwanted body, so that its connection can be used again. */
function discard({ body }: Answer): void {
  if (body instanceof Readable) body.resume();
}

/**
 * Resolves when a streamed body is worth a slot: when it has arrived completely, when no more of it is read ahead, or
 * when nothing more will come.
 */
async function whenWorthwhile(body: IncomingMessage): Promise<void> {
  const isWorthwhile = (): boolean =>
    body.complete || body.destroyed || body.readableLength >= body.readableHighWaterMark;
  if (isWorthwhile()) return;
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!isWorthwhile()) return;
      body.off('readable', look);
      body.off('close', look);
      resolve();
    };
    body.on('readable', look);
    body.on('close', look);
    body.read(0);
  });
}

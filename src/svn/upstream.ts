import type { EventEmitter } from 'node:events';
import { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { performance } from 'node:perf_hooks';
import { Allowance } from '../async/allowance.js';
import { Failure } from '../failure.js';
import type { HeaderList, HttpResponse } from '../http/message.js';
import { AnswerBody } from './http1/answer-body.js';
import { workers } from './apache/apache-config.js';
import type { WholeBody } from './bodies/read-body.js';
import { Connections } from './http1/connections.js';
import { type RequestHead, upstreamHead } from './proxy-request.js';
import { clientHeaders } from './proxy-response.js';
import { type Slot, type SlotLimits, Slots } from './slots.js';
import { whenWorthwhile } from './when-worthwhile.js';
import type { UpstreamAddress } from './http1/upstream-address.js';
import { type Answer, type Outgoing, StaleConnection } from './http1/upstream-connection.js';
import type { WhenGone } from '../async/when-gone.js';

/** A request that has been authenticated and authorised. */
export interface UpstreamRequest extends RequestHead {
  /** Whom it is counted to, where one may use only a part of what there is. */
  readonly owner: string;
  /** The client's message, read only when the header fields announce a body; or a body that is there already. */
  readonly body: Readable | WholeBody;
  /** The client's connection, which emits `close`: what belongs to one connection of Apache belongs to this one. */
  readonly connection: EventEmitter;
  /** A client that is gone ends the request to the child at once. */
  readonly whenGone: WhenGone;
  /** Scheme and authority that the client uses, such as `https://files.example.org`, where they are known. */
  readonly publicOrigin: () => string | undefined;
}

export interface UpstreamOptions {
  /** Where the child listens at the moment; undefined while it does not run. */
  readonly address: () => UpstreamAddress | undefined;
  /** Requests at once at most, a quarter of them by one owner; further ones wait for their turn. */
  readonly maxRequests?: number;
  /** Where that is not what it is by default: who may wait, and for how long. */
  readonly waiting?: Partial<SlotLimits>;
  /** Milliseconds in which not one byte passes before a request is given up. Commits of hours are normal. */
  readonly patience?: number;
}

export interface Upstream {
  /** Bytes of bodies that are kept before they are sent. */
  readonly bodies: Allowance;
  /**
   * Sends the request to the child and resolves with the head of the answer. Its body is a stream, unless it came with
   * the head. Once the head is there, a failure destroys that stream with an error: whoever writes the answer must then
   * break it off.
   * @throws Failure `unavailable` where too many wait, `upstream-unreachable`, `upstream-timeout`, or as {@link upstreamHead}; the reason why the client is
   *   gone
   */
  forward(request: UpstreamRequest): Promise<HttpResponse>;
  /** Lets every connection end with the requests that it carries: later requests get connections of their own. */
  retire(): void;
  /** Closes all connections. */
  close(): void;
}

/** Fewer than the child works on at once, so that a request never waits where its client cannot be seen to leave. */
const mostRequests = workers - 8;

const MiB = 1024 * 1024;

/** Kept in this process at once. */
const keptBytes = { inAll: 256 * MiB, perOwner: 64 * MiB };

/** Of Apache's memory, for the bodies that it reads as XML, in MiB. */
const apacheMemory = { most: 512, mostOfOne: 128 };
/** Bodies that need no more bytes than these are not counted: Apache works on so many at once at most. */
const negligible = 2 * MiB;

const mayWait = { mostWaiting: 1000, mostWaitingOfOne: 250, patience: 120_000 };

/** May be sent twice to the same effect (RFC 9110 section 9.2.2, RFC 4918 section 9, RFC 3253). */
const idempotent = new Set(
  'GET HEAD OPTIONS PROPFIND REPORT PUT DELETE MKCOL COPY MOVE PROPPATCH UNLOCK'.split(' '),
);

/** Their bodies link to the place by the child's own name; clients follow the Location. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const describesBody = /^content-(?:length|type|encoding|language)$/i;

/** Sends requests to the child over kept connections. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { maxRequests = mostRequests, patience = 2 * 60 * 60 * 1000 } = options;
  const connections = new Connections();
  const waiting = { ...mayWait, now: () => performance.now(), ...options.waiting };
  const slots = new Slots({ ...waiting, most: maxRequests, mostOfOne: Math.ceil(maxRequests / 4) });
  const memory = new Slots({ ...waiting, ...apacheMemory });
  /** What a request must have, in the order in which it takes it: nothing scarce is held by who waits for the client. */
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
    bodies: new Allowance(keptBytes),
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
        return answer(request, address, await exchange(connections, address, connection, outgoing));
      } catch (error) {
        slot?.release();
        throw error;
      } finally {
        if (isWhole(body)) body.release();
      }
    },
    retire() {
      connections.retire();
    },
    close() {
      connections.close();
    },
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
  connections: Connections,
  address: UpstreamAddress,
  client: EventEmitter,
  outgoing: Outgoing,
): Promise<Answer> {
  try {
    return await connections.kept(client, outgoing.whenGone, address).exchange(outgoing);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    const resendable = outgoing.head.framing.kind === 'none' || 'pieces' in outgoing.body;
    if (resendable && idempotent.has(outgoing.method)) {
      return connections.single(address).exchange(outgoing);
    }
    throw new Failure('upstream-unreachable', 'The Subversion server closed the connection.', {
      cause: error,
    });
  }
}

function answer(request: UpstreamRequest, address: UpstreamAddress, got: Answer): HttpResponse {
  const { status, body, trailers } = got;
  if (status === 401) {
    discard(got);
    throw new Failure('upstream-unreachable', 'The Subversion server did not accept this server.');
  }
  const headers = clientHeaders(got.headers, address, request.publicOrigin);
  if (redirects.has(status)) {
    discard(got);
    const emptied = headers.filter(([name]) => !describesBody.test(name));
    return { status, headers: [...emptied, ['Content-Length', '0']] };
  }
  if (body === undefined) return { status, headers };
  if (body instanceof AnswerBody || trailers().length > 0) return { status, headers, body, trailers };
  return { status, headers: withLength(headers, body.length), body };
}

function withLength(headers: HeaderList, bytes: number): HeaderList {
  if (headers.some(([name]) => name.toLowerCase() === 'content-length')) return headers;
  return [...headers, ['Content-Length', String(bytes)]];
}

/** Lets a body that nobody wants go by, so that its connection can be used again. */
function discard({ body }: Answer): void {
  if (body instanceof AnswerBody) body.resume();
}

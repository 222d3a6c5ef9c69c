import { readPairs, writePair } from './fastcgi-params.js';
import {
  authorizerRole,
  endRequest,
  FastcgiError,
  mostBesideContent,
  protocolStatus,
  record,
  recordTypes,
  type FastcgiRecord,
} from './fastcgi-records.js';

/** What follows from a record. */
export type Step =
  | { readonly kind: 'wait' }
  /** To be sent, and then more records may come. */
  | { readonly kind: 'say'; readonly bytes: Buffer }
  /** To be sent last. */
  | { readonly kind: 'end'; readonly bytes: Buffer }
  /** The variables have come whole. */
  | {
      readonly kind: 'answer';
      readonly requestId: number;
      readonly variables: ReadonlyMap<string, string>;
    };

/** Records with variables: Apache sends a few, and each takes memory besides its bytes. */
const mostParams = 256;

/** The most bytes of a call that are no variables: heads and padding of its records, and of some more. */
export const mostBesideVariables = (mostParams + 8) * mostBesideContent;

const wait: Step = { kind: 'wait' };

/** The one request of a connection to an authorizer (FastCGI section 6.3). */
export class FastcgiCall {
  readonly #connections: number;
  #bytesLeft: number;
  readonly #params: Buffer[] = [];
  #requestId: number | undefined;
  #answered = false;

  /**
   * @param connections that may be open at once, as who asks for it is told
   * @param mostBytes of all variables, as they are encoded
   */
  constructor(connections: number, mostBytes: number) {
    this.#connections = connections;
    this.#bytesLeft = mostBytes;
  }

  /** @throws FastcgiError for what an authorizer is not sent */
  take(received: FastcgiRecord): Step {
    const { type, requestId, content } = received;
    if (requestId === 0) return this.#manage(received);
    if (type === recordTypes.beginRequest) return this.#begin(requestId, content);
    // Section 3.3: what is for a request that is not there is not looked at.
    if (requestId !== this.#requestId) return wait;
    switch (type) {
      case recordTypes.params:
        return this.#param(requestId, content);
      case recordTypes.stdin:
      case recordTypes.data:
        return wait;
      case recordTypes.abortRequest:
        return { kind: 'end', bytes: endRequest(requestId, 1, protocolStatus.complete) };
      default:
        throw new FastcgiError('This type of record is not known.');
    }
  }

  #begin(requestId: number, content: Buffer): Step {
    if (content.length !== 8 || requestId === this.#requestId) {
      throw new FastcgiError('A request begins that cannot.');
    }
    if (this.#requestId !== undefined) {
      return { kind: 'say', bytes: endRequest(requestId, 0, protocolStatus.cannotMultiplex) };
    }
    if (content.readUInt16BE(0) !== authorizerRole) {
      return { kind: 'end', bytes: endRequest(requestId, 0, protocolStatus.unknownRole) };
    }
    this.#requestId = requestId;
    return wait;
  }

  #param(requestId: number, content: Buffer): Step {
    if (this.#answered) throw new FastcgiError('The variables had ended.');
    if (content.length > 0) {
      if (this.#params.length >= mostParams) throw new FastcgiError('The variables come in too many pieces.');
      this.#bytesLeft -= content.length;
      if (this.#bytesLeft < 0) throw new FastcgiError('The variables are too long.');
      this.#params.push(content);
      return wait;
    }
    this.#answered = true;
    return { kind: 'answer', requestId, variables: readPairs(Buffer.concat(this.#params)) };
  }

  /** Section 4. */
  #manage({ type, content }: FastcgiRecord): Step {
    if (type !== recordTypes.getValues) {
      const bytes = Buffer.alloc(8);
      bytes[0] = type;
      return { kind: 'say', bytes: record(recordTypes.unknownType, 0, bytes) };
    }
    const known = new Map([
      ['FCGI_MAX_CONNS', String(this.#connections)],
      ['FCGI_MAX_REQS', String(this.#connections)],
      ['FCGI_MPXS_CONNS', '0'],
    ]);
    const pairs = [...readPairs(content).keys()].flatMap((name) => {
      const value = known.get(name);
      return value === undefined ? [] : [writePair(name, value)];
    });
    return { kind: 'say', bytes: record(recordTypes.getValuesResult, 0, Buffer.concat(pairs)) };
  }
}

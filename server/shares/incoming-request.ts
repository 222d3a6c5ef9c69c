import type { IncomingMessage } from 'node:http';
import type { Visitor } from '../../src/access/identity.js';
import type { WhenGone } from '../../src/async/when-gone.js';
import type { HeaderList, RequestHeaders } from '../../src/http/message.js';
import type { Method } from '../../src/http/method.js';
import type { Target } from '../../src/http/target.js';

/** The sender of a request, as far as the connection shows. */
export interface Client {
  /** The client's address, also through trusted proxies; undefined if the connection closed too early. */
  readonly address: string | undefined;
  /** Whether a trusted proxy sent the request. */
  readonly throughProxy: boolean;
}

/** A request as far as it tells who asks: davgate itself, or another server that asks davgate. */
export interface Asking {
  /** Identifies the request in log lines and error responses. */
  readonly id: string;
  readonly method: Method;
  readonly target: Target;
  readonly headers: RequestHeaders;
  readonly client: Client;
  /** The same object for all requests of one connection. */
  readonly connection: object;
  /** The server as the client addresses it, such as `https://files.example.org`; undefined if unknown. */
  readonly origin: () => string | undefined;
}

/** A request as received. It is read only once. */
export interface IncomingRequest extends Asking {
  /** Verbatim from the request line. */
  readonly rawTarget: string;
  /** In the order received. */
  readonly fields: () => HeaderList;
  /** Node's message: the body. */
  readonly body: IncomingMessage;
  readonly whenGone: WhenGone;
  /** The host and port of the origin. Includes the port even if it is the scheme's default. */
  readonly authority: () => string | undefined;
}

/**
 * A request from an authenticated user, or from a person who has not signed in. A class that names every field, because
 * V8 takes twenty times as long to copy an object of this size by spreading it and adding to the copy.
 */
export class IdentifiedRequest implements IncomingRequest {
  readonly id: string;
  readonly method: Method;
  readonly target: Target;
  readonly headers: RequestHeaders;
  readonly client: Client;
  readonly connection: object;
  readonly origin: () => string | undefined;
  readonly rawTarget: string;
  readonly fields: () => HeaderList;
  readonly body: IncomingMessage;
  readonly whenGone: WhenGone;
  readonly authority: () => string | undefined;
  readonly identity: Visitor;
  /** Whom it is counted to where one may use only a part of something: a user, or a network of people without a name. */
  readonly owner: string;

  /** @param target if the server has found the resource under another name */
  constructor(request: IncomingRequest, identity: Visitor, owner: string, target: Target = request.target) {
    this.id = request.id;
    this.method = request.method;
    this.target = target;
    this.headers = request.headers;
    this.client = request.client;
    this.connection = request.connection;
    this.origin = request.origin;
    this.rawTarget = request.rawTarget;
    this.fields = request.fields;
    this.body = request.body;
    this.whenGone = request.whenGone;
    this.authority = request.authority;
    this.identity = identity;
    this.owner = owner;
  }
}

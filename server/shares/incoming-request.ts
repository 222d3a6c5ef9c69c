import type { IncomingMessage } from 'node:http';
import type { Visitor } from '../../src/access/identity.js';
import type { WhenGone } from '../../src/async/when-gone.js';
import type { HeaderList, RequestHeaders } from '../../src/http/message.js';
import type { Method } from '../../src/http/method.js';
import type { Target } from '../../src/http/target.js';

/** Who sends a request, as far as the connection tells. */
export interface Client {
  /** Through trusted proxies; undefined when the connection was gone too soon. */
  readonly address: string | undefined;
  /** Whether a trusted proxy sent the request. */
  readonly throughProxy: boolean;
}

/** A request as it came, read once. */
export interface IncomingRequest {
  /** Names the request in log lines and error answers. */
  readonly id: string;
  readonly method: Method;
  /** As it stands in the request line. */
  readonly rawTarget: string;
  readonly target: Target;
  readonly headers: RequestHeaders;
  /** As they came, in their order. */
  readonly fields: HeaderList;
  /** Node's message, which is the body and names the connection. */
  readonly body: IncomingMessage;
  readonly client: Client;
  readonly whenGone: WhenGone;
  /** This server as the client addresses it, such as `https://files.example.org`; undefined where that is not known. */
  readonly origin: () => string | undefined;
  /** The host and port of that, with the port also where it is the usual one of the scheme. */
  readonly authority: () => string | undefined;
}

/** A request of which it is known who asks, be it somebody who has not signed in. */
export interface IdentifiedRequest extends IncomingRequest {
  readonly identity: Visitor;
  /** Whom it is counted to where one may use only a part of something: a user, or a network of people without a name. */
  readonly owner: string;
}

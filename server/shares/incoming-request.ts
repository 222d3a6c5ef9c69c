import type { IncomingMessage } from 'node:http';
import type { Identity } from '../../src/access/identity.js';
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

/** A request as far as it tells who asks: davgate itself, or another server that asks davgate. */
export interface Asking {
  /** Names the request in log lines and error answers. */
  readonly id: string;
  readonly method: Method;
  readonly target: Target;
  readonly headers: RequestHeaders;
  readonly client: Client;
  /** The same object for all requests of one connection. */
  readonly connection: object;
  /** The server as the client addresses it, such as `https://files.example.org`; undefined where that is not known. */
  readonly origin: () => string | undefined;
}

/** A request as it came, read once. */
export interface IncomingRequest extends Asking {
  /** As it stands in the request line. */
  readonly rawTarget: string;
  /** As they came, in their order. */
  readonly fields: HeaderList;
  /** Node's message, which is the body. */
  readonly body: IncomingMessage;
  readonly whenGone: WhenGone;
  /** The host and port of that, with the port also where it is the usual one of the scheme. */
  readonly authority: () => string | undefined;
}

/** A request of somebody who is known. */
export interface IdentifiedRequest extends IncomingRequest {
  readonly identity: Identity;
}

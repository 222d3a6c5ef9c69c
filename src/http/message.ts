import type { Readable } from 'node:stream';

/** Header fields of a request: lower-case names, repeated fields joined as Node's HTTP parser joins them. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** Header fields of an answer in their order; a name may be repeated. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The body of an answer. A stream is destroyed by whoever writes the answer, sent or not. */
export type ResponseBody = string | Buffer | Readable;

/** An answer as a plain value; server/middleware/respond.ts alone writes it to a socket. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body?: ResponseBody;
  /** Fields that follow the body (RFC 9110 section 6.5), known once it has ended; only for one without Content-Length. */
  readonly trailers?: () => HeaderList;
}

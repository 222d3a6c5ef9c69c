import type { Readable } from 'node:stream';

/** Header fields of a request: lower-case names, repeated fields joined as Node's HTTP parser does. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** Header fields of an answer in their order; names may be repeated. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The body of an answer. The code that writes the answer destroys a stream, whether it was sent or not. */
export type ResponseBody = string | Buffer | Readable;

/** An answer as a plain value; only server/pipeline/respond.ts writes it to a socket. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body?: ResponseBody;
  /**
   * Fields that follow the body (RFC 9110 section 6.5), known once it has ended; only for a body without
   * Content-Length.
   */
  readonly trailers?: () => HeaderList;
}

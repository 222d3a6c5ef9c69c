import { Readable } from 'node:stream';
import { Allowance } from '../../../src/async/allowance.js';
import { type BodyRequest, readBody, type WholeBody } from '../../../src/svn/bodies/read-body.js';

/** Room for one body of the largest. */
export function roomy(): Allowance {
  const bytes = 64 * 1024 * 1024;
  return new Allowance({ inAll: bytes, perOwner: bytes });
}

/** Reads a body that comes in these pieces. */
export function read(method: string, ...pieces: readonly (string | Buffer)[]): Promise<WholeBody> {
  const body = Readable.from(pieces.map((piece) => Buffer.from(piece)));
  return readFrom({ method, body });
}

/** Reads a body from a stream. */
export function readFrom(
  request: Partial<BodyRequest> & Pick<BodyRequest, 'method' | 'body'>,
): Promise<WholeBody> {
  return readBody({ framing: { kind: 'chunked' }, owner: 'alice', allowance: roomy(), ...request });
}

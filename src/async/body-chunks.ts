import type { Readable } from 'node:stream';
import { Failure, isFailure } from '../failure.js';

/**
 * The chunks of a request's body. Leaving early does not destroy the body: its socket must still carry the answer.
 * @throws Failure `malformed` if the body breaks off
 */
export async function* chunksOf(body: Readable): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false });
  try {
    for await (const chunk of chunks) yield chunk;
  } catch (cause) {
    if (isFailure(cause)) throw cause;
    throw new Failure('malformed', 'The body broke off; the server stored nothing.', { cause });
  }
}

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
    throw brokenOff(cause);
  }
}

/**
 * A body whose length is known to be small, in one piece; faster than {@link chunksOf}.
 * @throws Failure `malformed` if the body breaks off
 */
export function wholeBody(body: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const leave = (): void => {
      body.off('data', take).off('end', end).off('error', breakOff).off('close', breakOff);
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
    };
    const end = (): void => {
      leave();
      const [only] = chunks;
      resolve(only && chunks.length === 1 ? only : Buffer.concat(chunks));
    };
    const breakOff = (cause?: unknown): void => {
      leave();
      reject(brokenOff(cause));
    };
    if (body.destroyed) {
      reject(brokenOff(body.errored));
      return;
    }
    body.on('data', take).once('end', end).once('error', breakOff).once('close', breakOff);
  });
}

function brokenOff(cause: unknown): Failure {
  return new Failure('malformed', 'The body broke off; the server stored nothing.', { cause });
}

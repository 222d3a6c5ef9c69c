import { Failure } from '../../failure.js';
import type { ServedFolder } from './messages.js';

/** The failure of everything while a disk hangs. @param cause what the log tells */
export function hanging({ folder, limit }: ServedFolder, cause?: string): Failure {
  const told = new Error(cause ?? `${folder} has not answered for ${limit / 1000} s.`);
  const message = 'The disk of this share does not answer. Try again later.';
  return retryLater({ limit }, new Failure('unavailable', message, { cause: told }));
}

/** The same failure with Retry-After (RFC 9110 section 10.2.3). */
export function retryLater(
  { limit }: Pick<ServedFolder, 'limit'>,
  { kind, message, cause }: Failure,
): Failure {
  return new Failure(kind, message, { cause, headers: [['Retry-After', String(Math.ceil(limit / 1000))]] });
}

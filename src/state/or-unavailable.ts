import { Failure, isFailure } from '../failure.js';

/** The answer of the state database. @throws Failure `unavailable` if there is none, or what an action on it threw */
export async function orUnavailable<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (cause) {
    if (isFailure(cause)) throw cause;
    throw new Failure('unavailable', 'The state database did not answer.', { cause });
  }
}

import { Failure } from '../failure.js';

/** The answer of the state database. @throws Failure `unavailable` when there is none */
export async function asked<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (cause) {
    throw new Failure('unavailable', 'The state database did not answer.', { cause });
  }
}

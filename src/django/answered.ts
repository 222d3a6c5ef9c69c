import { Failure } from '../failure.js';

/** What a query gives. @throws Failure `unavailable` if the database cannot answer */
export async function answered<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (cause) {
    throw unanswered(cause);
  }
}

export function unanswered(cause: unknown): Failure {
  const headers = [['Retry-After', '2']] as const;
  return new Failure('unavailable', 'The user database cannot answer.', { cause, headers });
}

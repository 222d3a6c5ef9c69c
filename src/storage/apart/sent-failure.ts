import { Failure } from '../../failure.js';
import { toStorageFailure } from '../local/errno.js';
import type { SentFailure } from './messages.js';

export function sentFailure(error: unknown): SentFailure {
  const { kind, message, condition, hrefs, headers, cause } = toStorageFailure(error);
  return { failure: kind, message, condition, hrefs, headers, cause: inWords(cause) };
}

function inWords(cause: unknown): string | undefined {
  return cause instanceof Error ? (cause.stack ?? cause.message) : undefined;
}

export function receivedFailure({
  failure,
  message,
  condition,
  hrefs,
  headers,
  cause,
}: SentFailure): Failure {
  return new Failure(failure, message, {
    hrefs,
    headers,
    ...(cause === undefined ? {} : { cause: new Error(cause) }),
    ...(condition === undefined ? {} : { condition }),
  });
}

import { v2 } from 'webdav-server';
import { Failure, isFailure } from '../../failure.js';

type Done<T> = (error?: Error | null, value?: T) => void;

/** Turns a callback of the library with a value into a promise, and its errors into failures. */
export function call<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) =>
    start((error, value) => {
      if (error) reject(toFailureOf(error));
      else if (value === undefined) reject(new Failure('internal', 'The storage module gave no answer.'));
      else resolve(value);
    }),
  );
}

/** Turns a callback of the library without a value into a promise. */
export function run(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) =>
    start((error) => {
      if (error) reject(toFailureOf(error));
      else resolve();
    }),
  );
}

/** Recognizes the library's errors by their messages, so that several copies of the library work. */
export function toFailureOf(error: unknown): Failure {
  if (isFailure(error)) return error;
  const message = error instanceof Error ? error.message : '';
  if (message === v2.Errors.ResourceNotFound.message) {
    return new Failure('not-found', 'There is nothing here.', { cause: error });
  }
  if (message === v2.Errors.ResourceAlreadyExists.message) {
    return new Failure('method-not-allowed', 'There is something here already.', { cause: error });
  }
  if (message === v2.Errors.IntermediateResourceMissing.message) {
    return new Failure('parent-missing', 'The parent collection does not exist.', { cause: error });
  }
  if (message === v2.Errors.InsufficientStorage.message) {
    return new Failure('insufficient-storage', 'There is no space left in the storage.', {
      cause: error,
      condition: 'sufficient-disk-space',
    });
  }
  if (message === v2.Errors.Forbidden.message || message === v2.Errors.InvalidOperation.message) {
    return new Failure('forbidden', 'The storage does not allow this.', { cause: error });
  }
  return new Failure('internal', 'The storage failed.', { cause: error });
}

import { Failure, isFailure, type FailureKind } from '../../failure.js';

/** The kind of failure, the message for a person, and the condition of RFC 4331 that names it. */
const kinds = new Map<string, readonly [FailureKind, string, string?]>([
  ['ENOENT', ['not-found', 'There is nothing here.']],
  ['ENOTDIR', ['parent-missing', 'The parent is not a collection.']],
  ['EEXIST', ['method-not-allowed', 'There is something here already.']],
  ['ENOTEMPTY', ['conflict', 'The collection has members.']],
  ['EISDIR', ['method-not-allowed', 'There is a collection here.']],
  ['EACCES', ['forbidden', 'The file system does not allow this.']],
  ['EPERM', ['forbidden', 'The file system does not allow this.']],
  ['EROFS', ['forbidden', 'The file system is read-only.']],
  ['ENXIO', ['not-found', 'There is no file here.']],
  ['EBUSY', ['forbidden', 'The file system is using this, for example as a mount point.']],
  ['ELOOP', ['forbidden', 'The symbolic links on this path form a loop, or are too many.']],
  ['ENAMETOOLONG', ['name-too-long', 'The file system does not support a name of this length.']],
  ['EILSEQ', ['malformed', 'The file system does not support this name.']],
  ['EINVAL', ['malformed', 'The file system does not support this name.']],
  ['ENOSPC', ['insufficient-storage', 'There is no space left on the device.', 'sufficient-disk-space']],
  ['EDQUOT', ['insufficient-storage', 'The quota is used up.', 'quota-not-exceeded']],
  ['EFBIG', ['too-large', 'The file system does not support a file of this size.']],
  ['EMFILE', ['unavailable', 'The server has too many files open. Try again later.']],
  ['ENFILE', ['unavailable', 'The server has too many files open. Try again later.']],
]);

/** The code of a Node system error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Turns a file-system error into a failure; the path stays in the cause, for the log. */
export function toStorageFailure(error: unknown): Failure {
  if (isFailure(error)) return error;
  const known = kinds.get(errnoOf(error) ?? '');
  if (!known) return new Failure('internal', 'The storage failed.', { cause: error });
  const [kind, message, condition] = known;
  return new Failure(kind, message, { cause: error, ...(condition === undefined ? {} : { condition }) });
}

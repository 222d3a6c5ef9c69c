import { Failure, isFailure, type FailureKind } from '../../failure.js';

/** The failure, what a person is told, and the condition of RFC 4331 that names it. */
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
  ['EBUSY', ['forbidden', 'The file system is using this.']],
  ['ELOOP', ['forbidden', 'Symbolic links lead nowhere from here.']],
  ['ENAMETOOLONG', ['name-too-long', 'The file system cannot hold so long a name.']],
  ['EILSEQ', ['malformed', 'The file system cannot hold this name.']],
  ['EINVAL', ['malformed', 'The file system cannot hold this name.']],
  ['ENOSPC', ['insufficient-storage', 'There is no space left.', 'sufficient-disk-space']],
  ['EDQUOT', ['insufficient-storage', 'The quota is used up.', 'quota-not-exceeded']],
  ['EFBIG', ['too-large', 'The file system cannot hold so large a file.']],
  ['EMFILE', ['unavailable', 'Too many files are open.']],
  ['ENFILE', ['unavailable', 'Too many files are open.']],
]);

/** The code of a Node system error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A file-system error as a failure; its path stays in the cause, for the log. */
export function toStorageFailure(error: unknown): Failure {
  if (isFailure(error)) return error;
  const known = kinds.get(errnoOf(error) ?? '');
  if (!known) return new Failure('internal', 'The storage failed.', { cause: error });
  const [kind, message, condition] = known;
  return new Failure(kind, message, { cause: error, ...(condition === undefined ? {} : { condition }) });
}

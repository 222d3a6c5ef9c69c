import { errorCode } from './files.js';
import { DeclarationError } from './problems.js';
import { isFailure } from '../failure.js';

/** Why davgate could not start, or not follow a change of its declaration, for the administrator. */
export function errorInWords(error: unknown): string {
  if (error instanceof DeclarationError || error instanceof RangeError || isFailure(error)) {
    return error.message;
  }
  if (!(error instanceof Error)) return String(error);
  // What the system refuses is the administrator's to mend; anything else is a fault of davgate's own.
  return errorCode(error) !== undefined && 'syscall' in error
    ? error.message
    : (error.stack ?? error.message);
}

import { errorCode } from './files.js';
import { DeclarationError } from './problems.js';
import { isFailure } from '../failure.js';

/** Why davgate could not start, or could not apply a changed declaration, for the administrator. */
export function errorInWords(error: unknown): string {
  if (error instanceof DeclarationError || error instanceof RangeError || isFailure(error)) {
    return error.message;
  }
  if (!(error instanceof Error)) return String(error);
  // The administrator can fix what the system refuses; anything else is a fault of davgate itself.
  return errorCode(error) !== undefined && 'syscall' in error
    ? error.message
    : (error.stack ?? error.message);
}

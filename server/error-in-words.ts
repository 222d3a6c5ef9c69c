import { DeclarationError } from '../src/config/problems.js';
import { isFailure } from '../src/failure.js';

/** Why davgate could not start, or not follow a change of its declaration, for the administrator. */
export function errorInWords(error: unknown): string {
  if (error instanceof DeclarationError || error instanceof RangeError || isFailure(error)) {
    return error.message;
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return 'The port is taken by another process; set PORT or "listen" to another one.';
  }
  if (code === 'EACCES') return 'The port may not be opened by this user; ports from 1024 up may.';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

import { Failure } from '../../failure.js';

/**
 * Parses an Overwrite header field (RFC 4918 section 10.6); missing means yes.
 * @throws Failure `malformed` for anything but T and F
 */
export function parseOverwrite(field: string | undefined): boolean {
  const value = field?.trim().toUpperCase() ?? 'T';
  if (value !== 'T' && value !== 'F') throw new Failure('malformed', 'Overwrite must be T or F.');
  return value === 'T';
}

/** How long a client wants a lock to last: seconds, or as long as may be. */
export type Timeout = number | 'infinite';

/** Characters that are read. */
const maximumLength = 1024;

/**
 * Parses a Timeout header field (RFC 4918 section 10.7): of a list the first value that is understood.
 * @returns undefined where there is none: a server may choose, whatever was asked for
 */
export function parseTimeout(field: string | undefined): Timeout | undefined {
  for (const value of field?.slice(0, maximumLength).split(',') ?? []) {
    const [, seconds, infinite] = /^(?:second-(\d{1,10})|(infinite))$/i.exec(value.trim()) ?? [];
    if (seconds !== undefined) return Number(seconds);
    if (infinite !== undefined) return 'infinite';
  }
  return undefined;
}

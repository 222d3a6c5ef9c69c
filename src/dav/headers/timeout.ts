/** How long a client wants a lock to last: seconds, or as long as possible. */
export type Timeout = number | 'infinite';

const maximumLength = 1024;

/**
 * Parses a Timeout header field (RFC 4918 section 10.7) and takes the first value that it understands.
 * @returns undefined if there is none: a server may choose regardless of the request
 */
export function parseTimeout(field: string | undefined): Timeout | undefined {
  for (const value of field?.slice(0, maximumLength).split(',') ?? []) {
    const [, seconds, infinite] = /^(?:second-(\d{1,10})|(infinite))$/i.exec(value.trim()) ?? [];
    if (seconds !== undefined) return Number(seconds);
    if (infinite !== undefined) return 'infinite';
  }
  return undefined;
}

const seconds = /^\d{1,12}(?:\.\d+)?$/;

/** The last second of the year 9999, the end of what an HTTP-date can express. */
const lastSecond = 253_402_300_799;

/**
 * Parses `X-OC-Mtime`, ownCloud's header field for the modification time of an uploaded file: seconds since the epoch,
 * with or without decimals.
 * @returns milliseconds since the epoch; undefined for anything else, which is ignored so that the upload succeeds
 */
export function parseOcMtime(field: string | undefined): number | undefined {
  if (field === undefined || !seconds.test(field)) return undefined;
  const time = Number(field);
  return time <= lastSecond ? Math.floor(time * 1000) : undefined;
}

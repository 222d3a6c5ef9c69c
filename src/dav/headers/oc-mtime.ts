const seconds = /^\d{1,12}(?:\.\d+)?$/;

/** The last second of the year 9999, beyond which an HTTP-date cannot tell a time. */
const lastSecond = 253_402_300_799;

/**
 * `X-OC-Mtime`, ownCloud's field for the modification time of what is put: seconds since the epoch, with or without
 * decimals.
 * @returns milliseconds since the epoch; undefined for anything else, which is as good as no field: the upload counts
 */
export function parseOcMtime(field: string | undefined): number | undefined {
  if (field === undefined || !seconds.test(field)) return undefined;
  const time = Number(field);
  return time <= lastSecond ? Math.floor(time * 1000) : undefined;
}

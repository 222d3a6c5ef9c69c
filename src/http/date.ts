const imfFixdate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const rfc850 =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const asctime = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Parses an HTTP-date (RFC 9110 section 5.6.7) in any of its three forms.
 * @returns milliseconds since the epoch, or undefined when it is not an HTTP-date
 */
export function parseHttpDate(value: string): number | undefined {
  const text = value.trim();
  const milliseconds =
    imfFixdate.test(text) || rfc850.test(text)
      ? Date.parse(text)
      : asctime.test(text)
        ? Date.parse(`${text} GMT`)
        : Number.NaN;
  // The first number is the day in all three; Date.parse takes 31 Feb for 2 Mar.
  const day = Number(/\d+/.exec(text)?.[0]);
  return new Date(milliseconds).getUTCDate() === day ? milliseconds : undefined;
}

/** `milliseconds` since the epoch as an IMF-fixdate. */
export function formatHttpDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}

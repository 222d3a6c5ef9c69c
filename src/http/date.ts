const imfFixdate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const rfc850 =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const asctime = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Parses an HTTP-date (RFC 9110 section 5.6.7) in any of its three forms.
 * @returns milliseconds since the epoch, or undefined if it is not an HTTP-date
 */
export function parseHttpDate(value: string): number | undefined {
  const text = value.trim();
  const milliseconds =
    imfFixdate.test(text) || rfc850.test(text)
      ? Date.parse(text)
      : asctime.test(text)
        ? Date.parse(`${text} GMT`)
        : Number.NaN;
  // The first number is the day in all three forms; Date.parse takes 31 Feb for 2 Mar.
  const day = Number(/\d+/.exec(text)?.[0]);
  return new Date(milliseconds).getUTCDate() === day ? milliseconds : undefined;
}

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const secondsPerDay = 86_400;

let lastDay = 0;
let lastDayText = textOfDay(0);

/** Text such as `Thu, 01 Jan 1970 `, for a number of days since then. */
function textOfDay(day: number): string {
  return new Date(day * secondsPerDay * 1000).toUTCString().slice(0, -'00:00:00 GMT'.length);
}

/**
 * Formats `milliseconds` since the epoch as an IMF-fixdate. Long listings need many dates, mostly of one day, so the
 * text of the last day is kept.
 */
export function formatHttpDate(milliseconds: number): string {
  const seconds = Math.floor(Math.trunc(milliseconds) / 1000);
  const day = Math.floor(seconds / secondsPerDay);
  if (day !== lastDay) {
    lastDayText = textOfDay(day);
    lastDay = day;
  }
  const time = seconds - day * secondsPerDay;
  const [hour, minute] = [Math.floor(time / 3600), Math.floor(time / 60) % 60];
  return `${lastDayText}${twoDigits[hour] ?? ''}:${twoDigits[minute] ?? ''}:${twoDigits[time % 60] ?? ''} GMT`;
}

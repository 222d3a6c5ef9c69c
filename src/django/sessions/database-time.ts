const naive = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const day = 24 * 60 * 60 * 1000;

/**
 * Reads the times in a Django site's SQLite or MySQL database, which have no zone: they are in UTC if USE_TZ is true,
 * and in TIME_ZONE if it is false.
 * @param timeZone an IANA name, such as `Europe/Berlin`
 * @returns a function that gives the milliseconds since 1970 of a time such as `2026-01-14 12:34:56.123456`, and undefined
 *   for anything but a time. If two instants have this local time, because clocks go back, it gives the earlier one
 * @throws RangeError for an unknown name
 */
export function databaseTimes(timeZone: string): (text: string) => number | undefined {
  const wallClock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  /** How far ahead of UTC the zone is at `instant`, in milliseconds. */
  const offset = (instant: number): number => {
    const whole = Math.floor(instant / 1000) * 1000;
    const part = new Map(wallClock.formatToParts(whole).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => part.get(type) ?? Number.NaN;
    const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return local - whole;
  };
  return (text) => {
    const [, year, month, date, hour, minute, second, fraction = ''] = naive.exec(text) ?? [];
    if (second === undefined) return undefined;
    const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
    const local =
      Date.UTC(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute), Number(second)) +
      milliseconds;
    // A zone changes its offset at most once in two days, so one of these two offsets is right.
    const candidates = [local - offset(local - day), local - offset(local + day)];
    const matching = candidates.filter((instant) => instant + offset(instant) === local);
    return Math.min(...(matching.length === 0 ? candidates : matching));
  };
}

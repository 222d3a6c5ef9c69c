const naive = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const day = 24 * 60 * 60 * 1000;

/**
 * Reads the times of a Django site's SQLite or MySQL database, which carry no zone: they are in UTC where USE_TZ is
 * true, and in TIME_ZONE where it is false.
 */
export class DatabaseTime {
  readonly #wallClock: Intl.DateTimeFormat;

  /**
   * @param timeZone an IANA name, such as `Europe/Berlin`
   * @throws RangeError for a name that is not known
   */
  constructor(timeZone: string) {
    this.#wallClock = new Intl.DateTimeFormat('en-US', {
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
  }

  /**
   * Milliseconds since 1970 of a time such as `2026-01-14 12:34:56.123456`. Of two that have this name, when clocks go
   * back, the earlier.
   * @returns undefined when it is not a time
   */
  instant(text: string): number | undefined {
    const [, year, month, date, hour, minute, second, fraction = ''] = naive.exec(text) ?? [];
    if (second === undefined) return undefined;
    const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
    const local =
      Date.UTC(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute), Number(second)) +
      milliseconds;
    // A zone changes its offset at most once in two days: one of these two holds at that moment.
    const candidates = [local - this.#offset(local - day), local - this.#offset(local + day)];
    const matching = candidates.filter((instant) => instant + this.#offset(instant) === local);
    return Math.min(...(matching.length === 0 ? candidates : matching));
  }

  /** How far ahead of UTC the zone is at `instant`, in milliseconds. */
  #offset(instant: number): number {
    const whole = Math.floor(instant / 1000) * 1000;
    const part = new Map(
      this.#wallClock.formatToParts(whole).map(({ type, value }) => [type, Number(value)]),
    );
    const of = (type: Intl.DateTimeFormatPartTypes): number => part.get(type) ?? Number.NaN;
    const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return local - whole;
  }
}

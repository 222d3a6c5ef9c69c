/** Failures under one key in the window that is running. */
export interface FailureCount {
  readonly failures: number;
  /** Milliseconds until the window ends and the count starts anew; above 0. */
  readonly endsIn: number;
}

/**
 * Counts failed logins by key, each key in windows of its own: one begins with the first failure, and later ones do not
 * prolong it. Every method @throws Failure `unavailable` when the counts cannot be had.
 */
export interface FailureCounter {
  /** The count as it stands; undefined where no window is running. */
  read(key: string): Promise<FailureCount | undefined>;
  /**
   * Counts one more, at once for all who share the counts. @returns the count with it
   * @param key at most 250 ASCII characters
   * @param seconds how long a window lasts that begins now: whole, 1 to 86,400
   */
  add(key: string, seconds: number): Promise<FailureCount>;
  /** Counts one less, where a window is running and counts any. */
  takeBack(key: string): Promise<void>;
  /** Ends the window. */
  clear(key: string): Promise<void>;
}

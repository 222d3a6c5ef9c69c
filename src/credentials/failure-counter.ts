/** The failures under one key in the current window. */
export interface FailureCount {
  readonly failures: number;
  /** Milliseconds until the window ends and the count restarts; above 0. */
  readonly endsIn: number;
}

/**
 * Counts failed logins by key, each key in its own windows: a window begins with the first failure, and later ones do
 * not prolong it. Every method @throws Failure `unavailable` if the counts cannot be read or written.
 */
export interface FailureCounter {
  /** The current count; undefined if no window is running. */
  read(key: string): Promise<FailureCount | undefined>;
  /**
   * Counts one more failure, at once for everyone who shares the counts. @returns the new count
   * @param key at most 250 ASCII characters
   * @param seconds the length of a window that begins now: whole, 1 to 86,400
   */
  add(key: string, seconds: number): Promise<FailureCount>;
  /** Counts one failure less, if a window with failures is running. */
  takeBack(key: string): Promise<void>;
  /** Ends the window. */
  clear(key: string): Promise<void>;
}

/** A row of a session table (django.contrib.sessions.base_session.AbstractBaseSession). */
export interface SessionRow {
  /** `session_data`: signed text. */
  readonly data: string;
  /** `expire_date`, in milliseconds since 1970. */
  readonly expires: number;
}

/** The table in which the `db` and `cached_db` engines keep sessions; only reads. */
export interface SessionTable {
  /**
   * The row with this key, expired or not.
   * @throws Failure `unavailable` if the database cannot answer
   */
  read(key: string): Promise<SessionRow | undefined>;
}

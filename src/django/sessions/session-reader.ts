import type { SessionLogin } from './session-login.js';

/** One of Django's session engines, for reading only. */
export interface SessionReader {
  /**
   * Who is logged in by the session that a cookie's value names or carries. Undefined for an expired, broken, tampered
   * or unknown session, and for one in which nobody is logged in.
   * @throws Failure `unavailable` when the database cannot answer
   */
  read(cookieValue: string): Promise<SessionLogin | undefined>;
}

import type { SessionLogin } from './session-login.js';

/** One of Django's session engines, for reading only. */
export interface SessionReader {
  /**
   * The login in the session that a cookie's value names or contains. Undefined for an expired, broken, tampered or
   * unknown session, and for one without a login.
   * @throws Failure `unavailable` if the database cannot answer
   */
  read(cookieValue: string): Promise<SessionLogin | undefined>;
}

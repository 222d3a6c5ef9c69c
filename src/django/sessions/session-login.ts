/** The login in a session, as recorded by `django.contrib.auth.login`. */
export interface SessionLogin {
  /** The user's primary key as text, as Django's field writes it: a UUID has hyphens. */
  readonly userId: string;
  /** The dotted path of the authentication backend that accepted the user. */
  readonly backend: string;
  /** The result of `get_session_auth_hash` for the user's encoded password at that time. */
  readonly authHash: string;
}

/** The login in a session's content; undefined if nobody is logged in. */
export function loginOf(content: unknown): SessionLogin | undefined {
  if (typeof content !== 'object' || content === null) return undefined;
  if (!('_auth_user_id' in content && '_auth_user_backend' in content && '_auth_user_hash' in content)) {
    return undefined;
  }
  const { _auth_user_id: userId, _auth_user_backend: backend, _auth_user_hash: authHash } = content;
  if (typeof userId !== 'string' || typeof backend !== 'string' || typeof authHash !== 'string') {
    return undefined;
  }
  return { userId, backend, authHash };
}

/** One of Django's session engines, for reading only. */
export interface SessionReader {
  /**
   * The login in the session that a cookie's value names or contains. Undefined for an expired, broken, tampered or
   * unknown session, and for one without a login.
   * @throws Failure `unavailable` if the database cannot answer
   */
  read(cookieValue: string): Promise<SessionLogin | undefined>;
}

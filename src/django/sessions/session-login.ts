/** Who logged in, as `django.contrib.auth.login` notes it in a session. */
export interface SessionLogin {
  /** The user's primary key as Django's field writes it as text: a UUID has its hyphens. */
  readonly userId: string;
  /** The dotted path of the authentication backend that let the user in. */
  readonly backend: string;
  /** What `get_session_auth_hash` gave for the user's encoded password then. */
  readonly authHash: string;
}

/** The login in a session's content; undefined when nobody is logged in. */
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

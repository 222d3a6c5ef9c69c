import { Failure } from '../../failure.js';

/** A user as the site knows them. */
export interface SiteUser {
  /** The primary key, as UsersById has it. */
  readonly id: string;
  /** What the row has in its USERNAME_FIELD, whatever was typed. */
  readonly username: string;
}

/** What proves which row the site has read: see row-proof.ts. */
export interface RowProof {
  readonly digest: string;
  readonly nonce: string;
}

/** A user whom the site has signed in. */
export interface SignedIn extends SiteUser {
  /** Whether the site has read their row, too. @param encoded what the row stores as the password */
  readonly hasRow: (encoded: string) => boolean;
  /** What tells that, for another process; missing where the site has no row. */
  readonly proof?: RowProof;
}

/** A user with what their row stores as the password. */
export interface UserOfRow extends SiteUser {
  readonly encodedPassword: string;
}

/**
 * The site's code was given a name and a password, and did not answer. For all that is known they were wrong: where one
 * backend finds users in the table and the next one raises, only those who are right get an answer.
 */
export class AskedInVain extends Failure {
  constructor(cause?: unknown) {
    super('unavailable', 'The site cannot answer just now.', { cause, headers: [['Retry-After', '2']] });
  }
}

/** Where a name and a password come from. */
export interface SignInOrigin {
  /** Equal for all that must share what the site can do at a time. */
  readonly place?: string;
  /** The client's, where it is known. */
  readonly address?: string | undefined;
}

/** The site's own code, asked who somebody is. */
export interface SiteSignIn {
  /**
   * Who has that name and password by the site's own backends.
   * @returns undefined where nobody has
   * @throws AskedInVain when the site does not answer; Failure `unavailable` when it could not be asked
   */
  signIn(username: string, password: string, from?: SignInOrigin): Promise<SignedIn | undefined>;
}

/** The site's own code, asked what somebody may. */
export interface SitePermissions {
  /**
   * What the user may, as `app_label.codename`: of the permissions that are asked about exactly those
   * that `has_perm` grants.
   * @throws Failure `unavailable` when the site does not answer, or for another row
   */
  permissionsOf(user: UserOfRow): Promise<ReadonlySet<string>>;
}

/** One of Django's password hashers (django.contrib.auth.hashers), for checking only. */
export interface Hasher {
  /** Django's name of it, the first part of an encoded password: `pbkdf2_sha256`. */
  readonly algorithm: string;
  /** Takes an encoded password of this algorithm apart; undefined when it is broken or asks for too much work. */
  read(encoded: string): StoredPassword | undefined;
}

/** An encoded password, ready to be compared with. */
export interface StoredPassword {
  readonly algorithm: string;
  /** What one check costs, in the algorithm's own measure. */
  readonly rounds: number;
  /** Whether `password` is the one stored: one derivation, compared in constant time. */
  verify(password: string): Promise<boolean>;
  /** Spends `rounds` more on `password`, as Django's `harden_runtime`. */
  spend(password: string, rounds: number): Promise<void>;
}

/** Checks passwords at a cost that tells nothing of the user. */
export interface PasswordChecker {
  /**
   * Whether `password` gives `encoded`. Costs one derivation whatever the answer, also where `encoded` is undefined,
   * unusable, of an unknown algorithm or broken; those are false.
   * @throws Failure `unavailable` when the database cannot answer
   */
  check(password: string, encoded: string | undefined): Promise<boolean>;
}

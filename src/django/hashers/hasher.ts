import type { Derivation } from './derivation.js';

/**
 * One of Django's password hashers (django.contrib.auth.hashers), for checking only. It parses; a Deriver does the
 * work.
 */
export interface Hasher {
  /** Django's name for it, the first part of an encoded password: `pbkdf2_sha256`. */
  readonly algorithm: string;
  /** How Django 5.2 derives a new password, or the last Django with this hasher. */
  readonly standard: Derivation;
  /** Parses an encoded password of this algorithm; undefined if it is broken or would take too much work. */
  read(encoded: string): StoredPassword | undefined;
}

export interface StoredPassword {
  readonly derivation: Derivation;
  /** The result of deriving the right password. */
  readonly derived: string;
}

/** Checks passwords at a cost that reveals nothing about the user. */
export interface PasswordChecker {
  /**
   * Whether `password` matches `encoded`. Costs one derivation whatever the answer, even if `encoded` is undefined,
   * unusable, of an unknown algorithm or broken; the answer is then false.
   * @throws Failure `unavailable` if the database or the deriver cannot answer
   */
  check(password: string, encoded: string | undefined): Promise<boolean>;
}

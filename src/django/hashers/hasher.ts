import type { Derivation } from './derivation.js';

/** One of Django's password hashers (django.contrib.auth.hashers), for checking only. It reads; a Deriver works. */
export interface Hasher {
  /** Django's name of it, the first part of an encoded password: `pbkdf2_sha256`. */
  readonly algorithm: string;
  /** What Django 5.2 derives a new password with, or the last Django that had this hasher. */
  readonly standard: Derivation;
  /** Takes an encoded password of this algorithm apart; undefined when it is broken or asks for too much work. */
  read(encoded: string): StoredPassword | undefined;
}

/** An encoded password, ready to be compared with. */
export interface StoredPassword {
  readonly derivation: Derivation;
  /** What the right password gives. */
  readonly derived: string;
}

/** Checks passwords at a cost that tells nothing of the user. */
export interface PasswordChecker {
  /**
   * Whether `password` gives `encoded`. Costs one derivation whatever the answer, also where `encoded` is undefined,
   * unusable, of an unknown algorithm or broken; those are false.
   * @throws Failure `unavailable` when the database or the deriver cannot answer
   */
  check(password: string, encoded: string | undefined): Promise<boolean>;
}

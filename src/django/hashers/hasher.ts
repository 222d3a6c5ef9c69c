/** One of Django's password hashers (django.contrib.auth.hashers), for checking only. */
export interface Hasher {
  /** Django's name of it, the first part of an encoded password: `pbkdf2_sha256`. */
  readonly algorithm: string;
  /** Whether `password` gives `encoded`; compares in constant time, and is false for what it cannot read. */
  verify(password: string, encoded: string): Promise<boolean>;
}

/** PBKDF2 (RFC 8018) to as many bytes as the digest has. */
export interface Pbkdf2Derivation {
  readonly kind: 'pbkdf2';
  readonly digest: 'sha1' | 'sha256';
  readonly salt: string;
  readonly iterations: number;
}

/** Argon2 (RFC 9106) without a secret or associated data. */
export interface Argon2Derivation {
  readonly kind: 'argon2';
  readonly variant: 'argon2d' | 'argon2i' | 'argon2id';
  /** 16 (1.0) or 19 (1.3). */
  readonly version: 16 | 19;
  /** KiB, at least 8 for each lane. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  /** At least 8 bytes. */
  readonly salt: Uint8Array;
  /** How long the hash is, at least 4 bytes. */
  readonly length: number;
}

/** bcrypt, which sees 72 bytes of a password. */
export interface BcryptDerivation {
  readonly kind: 'bcrypt';
  /** Whether it is given the password's SHA-256 in hexadecimal instead of the password. */
  readonly prehashed: boolean;
  /** Binary logarithm of the rounds. */
  readonly cost: number;
  /** 22 characters of bcrypt's base64. */
  readonly salt: string;
}

/** scrypt (RFC 7914) to 64 bytes. */
export interface ScryptDerivation {
  readonly kind: 'scrypt';
  readonly salt: string;
  /** N, a power of 2. */
  readonly cost: number;
  /** r */
  readonly blockSize: number;
  /** p */
  readonly parallelism: number;
}

/** A plain digest of the salt and the password. */
interface DigestDerivation {
  readonly kind: 'digest';
  readonly digest: 'md5' | 'sha1';
  readonly salt: string;
}

/** The DES-based crypt(3), which sees 8 bytes of a password. */
export interface CryptDerivation {
  readonly kind: 'crypt';
  /** Two characters. */
  readonly salt: string;
}

/** All that a password is derived with. Plain data, which may be sent to a thread. */
export type Derivation =
  | Pbkdf2Derivation
  | Argon2Derivation
  | BcryptDerivation
  | ScryptDerivation
  | DigestDerivation
  | CryptDerivation;

export interface Deriver {
  /**
   * What `password` gives, as it stands in an encoded password.
   * @throws Failure `unavailable` when it cannot be derived just now
   */
  derive(derivation: Derivation, password: string): Promise<string>;
}

/** What a derivation thread is sent, one at a time. */
export interface DerivationJob {
  readonly derivation: Derivation;
  readonly password: string;
}

export type DerivationAnswer = { readonly derived: string } | { /** Why not. */ readonly fault: string };

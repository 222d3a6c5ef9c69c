import type { Derivation } from './derivation.js';

/** What a derivation thread is sent, one at a time. */
export interface DerivationJob {
  readonly derivation: Derivation;
  readonly password: string;
}

/** What it answers to each. */
export type DerivationAnswer = { readonly derived: string } | { /** Why not. */ readonly fault: string };

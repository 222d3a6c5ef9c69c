import { DeclarationError, type Positions, type Problem } from './problems.js';

/**
 * Something that an administrator will want to change, in the same words for `check` and at the start.
 *
 * - `refusal`: davgate does not start with it.
 * - `nobody`: it starts, since that may pass, but nobody could sign in now.
 * - `warning`: it starts, and something will not work, or not as meant.
 */
export interface Finding extends Problem {
  readonly gravity: 'refusal' | 'nobody' | 'warning';
}

/** @throws DeclarationError with all that davgate does not start with */
export function refuse(file: string, findings: readonly Finding[], positions: Positions): void {
  const refusals = findings.filter(({ gravity }) => gravity === 'refusal');
  if (refusals.length > 0) throw new DeclarationError(file, refusals, positions);
}

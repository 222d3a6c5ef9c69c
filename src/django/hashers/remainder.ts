import type { Argon2Derivation, Derivation, ScryptDerivation } from './derivation.js';

/**
 * What remains to be derived after `spent` so that both together cost as much as `whole`, as in Django's
 * `harden_runtime`. After a mere digest that is the whole; after a derivation of another kind nothing, because their
 * costs cannot be compared.
 */
export function remainder(spent: Derivation, whole: Derivation): readonly Derivation[] {
  if (isCheap(spent)) return isCheap(whole) ? [] : [whole];
  if (spent.kind === 'pbkdf2' && whole.kind === 'pbkdf2') {
    const iterations = whole.iterations - spent.iterations;
    return iterations > 0 ? [{ ...spent, iterations }] : [];
  }
  if (spent.kind === 'bcrypt' && whole.kind === 'bcrypt') {
    // Each cost is twice the one before: 2^10 + 2^11 is the difference between 2^10 and 2^12.
    const steps = Math.max(0, whole.cost - spent.cost);
    return Array.from({ length: steps }, (_, step) => ({ ...spent, cost: spent.cost + step }));
  }
  if (spent.kind === 'scrypt' && whole.kind === 'scrypt') return scryptRemainder(spent, whole);
  if (spent.kind === 'argon2' && whole.kind === 'argon2') return argon2Remainder(spent, whole);
  return [];
}

function isCheap({ kind }: Derivation): boolean {
  return kind === 'digest' || kind === 'crypt';
}

function scryptRemainder(spent: ScryptDerivation, whole: ScryptDerivation): Derivation[] {
  const unit = ({ cost, blockSize }: ScryptDerivation) => cost * blockSize;
  const missing = unit(whole) * whole.parallelism - unit(spent) * spent.parallelism;
  const step = missing >= unit(whole) ? whole : spent;
  const parallelism = Math.floor(missing / unit(step));
  return parallelism > 0 ? [{ ...step, parallelism }] : [];
}

function argon2Remainder(spent: Argon2Derivation, whole: Argon2Derivation): Derivation[] {
  const missing = whole.memory * whole.passes - spent.memory * spent.passes;
  const step = missing >= whole.memory ? whole : spent;
  const passes = Math.floor(missing / step.memory);
  return passes > 0 ? [{ ...step, passes }] : [];
}

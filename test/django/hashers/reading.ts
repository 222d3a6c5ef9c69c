import { derive } from '../../../src/django/hashers/derive.js';
import { createHashers, knownAlgorithms } from '../../../src/django/hashers/django-hashers.js';
import { verify } from '../../../src/django/hashers/site-passwords.js';

const hashers = createHashers(knownAlgorithms);

/** Whether `password` gives `encoded`, with every hasher there is; false for what none of them reads. */
export async function matches(password: string, encoded: string): Promise<boolean> {
  const stored = hashers.read(encoded);
  return stored !== undefined && verify({ derive }, stored, password);
}

/** Whether any hasher reads `encoded`. */
export function isReadable(encoded: string): boolean {
  return hashers.read(encoded) !== undefined;
}

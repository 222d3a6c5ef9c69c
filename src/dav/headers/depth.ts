import { Failure } from '../../failure.js';

export type Depth = '0' | '1' | 'infinity';

/**
 * Parses a Depth header field (RFC 4918 section 10.2).
 * @param allowed the values that the method accepts; the first one is the default
 * @throws Failure `malformed` for anything else
 */
export function parseDepth<D extends Depth>(field: string | undefined, allowed: readonly [D, ...D[]]): D {
  if (field === undefined) return allowed[0];
  const value = field.trim().toLowerCase();
  const depth = allowed.find((candidate) => candidate === value);
  if (depth === undefined) throw new Failure('malformed', `Depth must be ${allowed.join(' or ')} here.`);
  return depth;
}

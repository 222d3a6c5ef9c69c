import type { Deriver } from './derivation.js';
import { derive } from './derive.js';

/** Derives on the calling thread, which it blocks: for tests and command lines. A server has a DerivationPool. */
export const inProcessDeriver: Deriver = { derive };

import type { Deriver } from './derivation.js';
import { derive } from './derive.js';

/** Derives on the calling thread and blocks it: for tests and command lines. A server uses a DerivationPool. */
export const inProcessDeriver: Deriver = { derive };

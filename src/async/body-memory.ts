import { Allowance } from './allowance.js';

/**
 * The memory that makes large bodies fast, in bytes: a body that gets none of it is sent or stored in smaller pieces.
 * What every body needs anyway, some 128 KiB, is limited by the number of requests under way.
 */
export function bodyMemory(): Allowance {
  return new Allowance({ inAll: 32 * 1024 ** 2, perOwner: 8 * 1024 ** 2 });
}

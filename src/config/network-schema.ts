import { z } from 'zod';
import { TrustedProxies } from '../http/client-address.js';

/** An address, or a network in CIDR notation. */
export const networkSchema = z
  .string()
  .refine(isNetwork, 'must be an address or a network such as "10.0.0.0/8"');

function isNetwork(entry: string): boolean {
  try {
    return new TrustedProxies([entry]) instanceof TrustedProxies;
  } catch {
    return false;
  }
}

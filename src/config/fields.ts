import { z } from 'zod';
import { TrustedProxies } from '../http/client-address.js';

export const text = z.string().min(1);

export const host = text.default('127.0.0.1').describe('Default: 127.0.0.1');
export const port = z.int().min(0).max(65535);

/** A port that is not the shares'. @param example of its number */
export const ownPort = (example: number) => port.describe(`A port of its own, such as ${example}.`);

/** An address, or a network in CIDR notation. */
export const network = z.string().refine(isNetwork, 'must be an address or a network such as "10.0.0.0/8"');

function isNetwork(entry: string): boolean {
  try {
    return new TrustedProxies([entry]) instanceof TrustedProxies;
  } catch {
    return false;
  }
}

/** Adds to the problems that a schema finds one at `path` below the value that it refines. */
export function reporter(context: z.RefinementCtx): (message: string, ...path: PropertyKey[]) => void {
  return (message, ...path) => context.addIssue({ code: 'custom', message, path });
}

import type { Declaration } from '../../src/config/declaration.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import type { Generation } from './generation.js';

interface Place {
  readonly host: string;
  readonly port: number;
}

/** The addresses that davgate listens on, by purpose. */
export interface Places {
  readonly listen: Place;
  readonly metrics: Place | undefined;
  readonly 'guard.http': Place | undefined;
  readonly 'guard.fastcgi': Place | undefined;
}

/** @param override the host and port of the environment, which count more than those in the declaration */
export function placesOf(
  { listen: declared, metrics, guard }: Declaration,
  { host, port }: { readonly host?: string; readonly port?: number },
): Places {
  return {
    listen: { host: host ?? declared.host, port: port ?? declared.port },
    metrics,
    'guard.http': guard?.http,
    'guard.fastcgi': guard?.fastcgi,
  };
}

/** The shares of a generation, as they are declared. */
export function declaredIn({ composition }: Generation): DeclaredShare[] {
  return composition.parts.shares.all.map(({ declared }) => declared);
}

/** The reasons why shares of a generation are not served. */
export function faultsIn({ composition }: Generation): string[] {
  return composition.parts.shares.all.flatMap(({ fault }) => fault?.() ?? []);
}

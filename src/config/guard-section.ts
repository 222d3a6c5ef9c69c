import { resolve } from 'node:path';
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

/** Where other web servers ask davgate, as written in the file. */
export const guardSectionSchema = z
  .strictObject({
    http: z
      .strictObject({
        host: z.string().min(1).optional().describe('Default: 127.0.0.1'),
        port: z.int().min(0).max(65535).describe('A port of its own, such as 9912.'),
      })
      .optional()
      .describe('Where nginx, Caddy, Traefik, Envoy and HAProxy ask.'),
    proxies: z
      .array(networkSchema)
      .optional()
      .describe('Addresses and networks of the servers that may ask at `http`. Default: none.'),
    fastcgi: z
      .strictObject({
        host: z.string().min(1).optional().describe('Default: 127.0.0.1'),
        port: z.int().min(0).max(65535).describe('A port of its own, such as 9911.'),
        secretFile: z
          .string()
          .min(1)
          .describe('The file with the secret that Apache must know; relative to this file.'),
      })
      .optional()
      .describe('Where Apache asks, by mod_authnz_fcgi.'),
  })
  .superRefine(({ http, proxies, fastcgi }, context) => {
    const problem = (message: string, ...path: string[]): void => {
      context.addIssue({ code: 'custom', message, path });
    };
    if (!http && !fastcgi) problem('needs "http" or "fastcgi": nobody could ask');
    if (http && (proxies ?? []).length === 0) {
      problem('must name the servers that may ask: without them, nobody may', 'proxies');
    }
    if (!http && proxies) problem('means nothing without "http"', 'proxies');
  })
  .describe('Where other web servers ask who may, for shares of the kind "guard". Default: nowhere.');

/** A host and a port. */
interface ListenDeclaration {
  readonly host: string;
  readonly port: number;
}

/** Where other web servers ask davgate who may. */
export interface GuardDeclaration {
  readonly http: ListenDeclaration | undefined;
  /** Who may ask there: addresses and networks. */
  readonly proxies: readonly string[];
  /** `secretFile` is absolute. */
  readonly fastcgi: (ListenDeclaration & { readonly secretFile: string }) | undefined;
}

export function guardSectionOf(
  { http, proxies = [], fastcgi }: z.infer<typeof guardSectionSchema>,
  folder: string,
): GuardDeclaration {
  return {
    http: http && { host: http.host ?? '127.0.0.1', port: http.port },
    proxies,
    fastcgi: fastcgi && {
      host: fastcgi.host ?? '127.0.0.1',
      port: fastcgi.port,
      secretFile: resolve(folder, fastcgi.secretFile),
    },
  };
}

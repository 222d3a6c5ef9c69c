import { resolve } from 'node:path';
import { z } from 'zod';
import { host, network, ownPort, reporter, text } from './fields.js';

export const guardSectionSchema = z
  .strictObject({
    http: z
      .strictObject({ host, port: ownPort(9912) })
      .optional()
      .describe('Where nginx, Caddy, Traefik, Envoy and HAProxy ask.'),
    proxies: z
      .array(network)
      .optional()
      .describe('Addresses and networks of the servers that may ask at `http`. Default: none.'),
    fastcgi: z
      .strictObject({
        host,
        port: ownPort(9911),
        secretFile: text.describe('The file with the secret that Apache must know; relative to this file.'),
      })
      .optional()
      .describe('Where Apache asks, by mod_authnz_fcgi.'),
  })
  .superRefine(({ http, proxies, fastcgi }, context) => {
    const problem = reporter(context);
    if (!http && !fastcgi) problem('needs "http" or "fastcgi": nobody could ask');
    if (http && (proxies ?? []).length === 0) {
      problem('must name the servers that may ask: without them, nobody may', 'proxies');
    }
    if (!http && proxies) problem('means nothing without "http"', 'proxies');
  })
  .describe('Where other web servers ask who may, for shares of the kind "guard". Default: nowhere.');

type GuardSection = z.output<typeof guardSectionSchema>;

/** Where other web servers ask davgate who may; `fastcgi.secretFile` is absolute. */
export interface GuardDeclaration {
  readonly http: Readonly<GuardSection['http']>;
  readonly proxies: readonly string[];
  readonly fastcgi: Readonly<GuardSection['fastcgi']>;
}

export function guardSectionOf(
  { http, proxies = [], fastcgi }: GuardSection,
  folder: string,
): GuardDeclaration {
  return {
    http,
    proxies,
    fastcgi: fastcgi && { ...fastcgi, secretFile: resolve(folder, fastcgi.secretFile) },
  };
}

import { z } from 'zod';
import type { DatabaseLocation, TlsFiles } from '../../../src/database/location.js';
import type { DjangoSite, SessionSettings, UserModel } from '../../../src/django/site.js';

/** A site as the parent tells it to its workers, in JSON. Only the parent asks the site's own Python. */

const text = z.string();

const tls = z.strictObject({
  verify: z.boolean(),
  caFile: text.exactOptional(),
  certFile: text.exactOptional(),
  keyFile: text.exactOptional(),
});

const server = z
  .strictObject({
    host: text,
    port: z.int().optional(),
    socket: text.optional(),
    user: text.optional(),
    password: text.optional(),
    database: text,
    tls: tls.optional(),
    searchPath: z.array(text).exactOptional(),
    role: text.exactOptional(),
  })
  .transform(({ port, socket, user, password, tls: secured, ...rest }) => ({
    ...rest,
    port,
    socket,
    user,
    password,
    tls: secured,
  }));

const database: z.ZodType<DatabaseLocation<TlsFiles>> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sqlite'), file: text }),
  z.strictObject({ kind: z.literal('postgresql'), server }),
  z.strictObject({ kind: z.literal('mysql'), server }),
]);

const link = z.strictObject({ table: text, user: text, other: text });

const user: z.ZodType<UserModel> = z.strictObject({
  table: text,
  columns: z.strictObject({
    id: text,
    username: text,
    password: text,
    isActive: text.exactOptional(),
    isStaff: text.exactOptional(),
    isSuperuser: text.exactOptional(),
    firstName: text.exactOptional(),
    lastName: text.exactOptional(),
    email: text.exactOptional(),
  }),
  groups: link.exactOptional(),
  permissions: link.exactOptional(),
});

const sessions: z.ZodType<SessionSettings> = z
  .strictObject({
    engine: z.enum(['db', 'cached_db', 'signed_cookies']),
    cookieName: text,
    cookieAge: z.number(),
    table: text,
    loginUrl: text.optional(),
    timeZone: text.exactOptional(),
    backends: z.array(text).exactOptional(),
  })
  .transform(({ loginUrl, ...rest }) => ({ ...rest, loginUrl }));

export const siteMessage: z.ZodType<DjangoSite<TlsFiles>> = z
  .strictObject({
    database,
    user,
    hashers: z.array(text),
    secretKeys: z.array(text),
    sessions: sessions.optional(),
  })
  .transform(({ sessions: found, ...rest }) => ({ ...rest, sessions: found }));

import { z } from 'zod';

const optionalText = z.string().nullable();

const option = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** The chosen entry of DATABASES, with its keys in lower case. */
const database = z.strictObject({
  engine: z.string(),
  /** `vendor` of the backend's DatabaseWrapper, if the engine is not one of Django's own. */
  vendor: optionalText,
  name: optionalText,
  user: optionalText,
  password: optionalText,
  host: optionalText,
  port: optionalText,
  options: z.record(z.string(), z.union([option, z.record(z.string(), z.unknown())])),
  /** The contents of MySQL's option file, if `options` name one. */
  optionFile: z.record(z.string(), z.string()),
});

const digests = z.array(z.tuple([z.string(), z.string()]));

/** What the site's own connection reported (seen.py), or why it did not answer. */
const seen = z.union([
  z.strictObject({ trouble: z.string() }),
  z.strictObject({
    /** subject (a table, or empty for the connection), fact, value */
    facts: z.array(z.tuple([z.string(), z.string(), optionalText])),
    /** Primary keys and digests of some users at both ends of the table, by primary key. */
    users: z.strictObject({
      first: digests,
      last: digests,
      /** The key up to which users and their links were counted, if keys are integers. */
      upTo: optionalText,
      /** table, number of rows, sum of the keys of what users are linked with */
      counts: z.array(z.tuple([z.string(), z.string(), z.string()])),
    }),
    /** The driver's PostgreSQL connection, by the names of libpq's parameters. */
    driver: z.record(z.string(), z.string()),
    /** What seems to choose different rows for each request, in words. */
    byRequest: optionalText,
  }),
]);

const link = z.strictObject({ table: z.string(), user: z.string(), other: z.string() });

const user = z.strictObject({
  table: z.string(),
  /** Kind: `integer`, `uuid` or the field's get_internal_type(). */
  id: z.strictObject({ column: z.string(), kind: z.string() }),
  username: z.string(),
  password: z.string(),
  isActive: optionalText,
  isStaff: optionalText,
  isSuperuser: optionalText,
  /** The columns that get_full_name joins by a space; null for a name that is made in another way. */
  firstName: optionalText,
  lastName: optionalText,
  /** EMAIL_FIELD */
  email: optionalText,
  groups: link.nullable(),
  permissions: link.nullable(),
});

const sessions = z.strictObject({
  timeZone: z.string().nullable(),
  engine: z.enum(['db', 'cached_db', 'signed_cookies']),
  cookieName: z.string(),
  cookieAge: z.int(),
  table: optionalText,
  loginUrl: optionalText,
  backends: z.array(z.string()),
  secretKeys: z.array(z.string()),
});

const site = z.strictObject({
  python: z.string(),
  django: z.string(),
  warnings: z.array(z.string()),
  /** Of no account where the site itself signs people in. */
  signInWarnings: z.array(z.string()),
  /** Of no account where the site itself says what people may. */
  permissionWarnings: z.array(z.string()),
  /** The key of DATABASES that users are read from. */
  alias: z.string(),
  database,
  user,
  /** PASSWORD_HASHERS: the dotted name, and the Django class that it is or that it only renames or tunes. */
  hashers: z.array(z.strictObject({ path: z.string(), django: optionalText })),
  sessions: sessions.nullable(),
  /** Missing if davgate has no driver for the database. */
  seen: seen.optional(),
});

const failure = z.strictObject({
  /**
   * `site`: the site raised an error; `refused`: davgate cannot follow the site; `timeout`: the message says where it
   * hangs.
   */
  failure: z.enum(['site', 'no-django', 'refused', 'timeout']),
  message: z.string(),
});

/** The output of discover.py on its descriptor 3. */
export const answerSchema = z.union([failure, site]);

export type SiteReport = z.infer<typeof site>;
export type DatabaseReport = z.infer<typeof database>;
export type SeenReport = z.infer<typeof seen>;
export type FailureReport = z.infer<typeof failure>;

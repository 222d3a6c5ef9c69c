import { z } from 'zod';
import { parseSearchPath } from '../database/search-path.js';
import { guardSectionSchema } from './guard-section.js';
import { host, network, ownPort, port, reporter, text } from './fields.js';
import { explicitSiteSchema } from '../django/explicit-site.js';
import { limitsSchema } from './limits.js';
import { shareSchema } from './share-schema.js';
import { parseStateUrl } from './state-url.js';
import { mostWorkers } from './workers.js';

const apache = z
  .strictObject({
    binary: text.optional().describe('Apache\u2019s program, such as /usr/sbin/httpd.'),
    modules: text.optional().describe('The folder of its modules, such as /usr/lib/httpd/modules.'),
  })
  .describe('Where Apache is, for svn shares. Default: found automatically.');

const stateUrl = z.string().superRefine((url, context) => {
  const location = parseStateUrl(url, '/');
  if (typeof location === 'string') reporter(context)(location);
});

const heldSeconds = z.int().min(1).max(3600).optional();

const teller = z.enum(['database', 'site']).optional();

const projectSchema = z
  .strictObject({
    project: text.describe('The folder that contains the site\u2019s manage.py; relative to this file.'),
    settings: z
      .string()
      .regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/, 'must be a Python module, such as "mysite.settings"')
      .describe('DJANGO_SETTINGS_MODULE'),
    python: text
      .optional()
      .describe('The site\u2019s Python. Default: the project\u2019s virtual environment, or python3.'),
    alias: text
      .optional()
      .describe('A key of DATABASES. Default: the one that the site reads its users from.'),
    searchPath: z
      .string()
      .refine(
        (path) => parseSearchPath(path) !== undefined,
        'must be schema names separated by commas, such as "site_b, public"',
      )
      .optional()
      .describe(
        'PostgreSQL: the schemas to look for users in, if the site chooses them by request. ' +
          'Default: those of its own connection.',
      ),
    signIn: teller.describe(
      'Who tells whether a password is right: "database" (default), davgate by the stored passwords; "site", ' +
        'the site\u2019s own AUTHENTICATION_BACKENDS, in Python processes that davgate starts.',
    ),
    signInSeconds: heldSeconds.describe(
      'With "signIn": "site": how long a password holds before the site is asked again. Default: 60.',
    ),
    permissions: teller.describe(
      'Who tells which permissions a user has: "database" (default), Django\u2019s tables; "site", the site\u2019s own ' +
        'user.has_perm() and user.get_all_permissions().',
    ),
    permissionsSeconds: heldSeconds.describe(
      'With "permissions": "site": how long its answer about a user holds. Default: 60.',
    ),
  })
  .superRefine((project, context) => {
    const problem = reporter(context);
    const asked = ['signIn', 'permissions'] as const;
    for (const key of ['alias', 'searchPath'] as const) {
      if (project[key] === undefined || asked.every((each) => project[each] !== 'site')) continue;
      problem(
        'cannot be chosen where the site is asked ("signIn" or "permissions" is "site"): it may mean other rows',
        key,
      );
    }
    for (const key of asked) {
      if (project[`${key}Seconds`] === undefined || project[key] === 'site') continue;
      problem(`is of no account without "${key}": "site"`, `${key}Seconds`);
    }
  })
  .describe('The site\u2019s own settings, read by its own Python once at the start and at each reload.');

export const djangoSchema = z
  .union([projectSchema, explicitSiteSchema])
  .describe('The Django site that the users belong to.');

const limit = z.strictObject({
  failures: z
    .int()
    .min(1)
    .max(1_000_000)
    .describe('How many logins may fail before davgate refuses further ones.'),
  seconds: z.int().min(1).max(86_400).describe('The length of the window in which they are counted.'),
});

const throttleSchema = z.strictObject({
  user: limit.exactOptional().describe('For one user name from one address. Default: 30 in 60 seconds.'),
  address: limit
    .exactOptional()
    .describe('For all user names from one address. Default: 100 in 300 seconds.'),
  counter: z
    .enum(['memory', 'state'])
    .default('memory')
    .describe(
      '"memory" (default): each process counts for itself. "state": all instances on one state database count together.',
    ),
});

export type ThrottleDeclaration = Readonly<z.output<typeof throttleSchema>>;

/** An administrator's declaration as written in the file; see docs/configuration.md. */
const declarationSchema = z.strictObject({
  $schema: z.string().optional(),
  listen: z.strictObject({ host, port: port.default(8080).describe('Default: 8080') }).prefault({}),
  workers: z
    .int()
    .min(1)
    .max(mostWorkers)
    .optional()
    .describe('How many processes answer requests. Default: 1.'),
  realm: text
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters')
    .default('davgate')
    .describe(
      'What a browser shows when it asks for a password. svn stores passwords by realm. Default: davgate',
    ),
  django: djangoSchema,
  publicOrigin: z
    .string()
    .regex(/^https?:\/\/[^/?#@\s]+$/, 'must be an origin such as "https://files.example.org"')
    .optional()
    .describe('The address of this server as browsers use it. Default: what the request says.'),
  trustedProxies: z
    .array(network)
    .default([])
    .describe('Proxies whose X-Forwarded fields davgate believes. Default: none.'),
  stripDomain: z
    .boolean()
    .default(false)
    .describe('Whether "DOMAIN\\user" signs in as "user". Default: false.'),
  throttle: throttleSchema
    .prefault({})
    .describe('How many logins may fail before davgate refuses further ones for a while.'),
  state: stateUrl
    .default('sqlite:./var/state.sqlite3')
    .describe(
      'Where davgate keeps locks and properties: "sqlite:FILE", or "postgresql://…" for several instances on one file system. Default: sqlite:./var/state.sqlite3',
    ),
  metrics: z
    .strictObject({ host, port: ownPort(9464) })
    .optional()
    .describe('Where Prometheus can fetch metrics, at /metrics. Default: nowhere.'),
  guard: guardSectionSchema.optional(),
  apache: apache.prefault({}),
  limits: limitsSchema.optional(),
  shares: z.array(shareSchema).min(1, 'must declare at least one share'),
});

/** The same without its parts: a schema of its own validates each once, whatever is wrong with the others. */
export const outerSchema = declarationSchema.extend({
  django: z.unknown().optional(),
  shares: z.array(z.unknown()).min(1, 'must declare at least one share'),
});

export type DjangoInput = z.infer<typeof djangoSchema>;

/** The published JSON Schema of the declaration, as text. */
export function jsonSchema(): string {
  const schema = z.toJSONSchema(declarationSchema, {
    target: 'draft-7',
    io: 'input',
    // The descriptions name the defaults.
    override: ({ jsonSchema: part }) => {
      delete part.default;
    },
  });
  return `${JSON.stringify({ ...schema, title: 'davgate shares' }, null, 2)}\n`;
}

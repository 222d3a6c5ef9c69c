import { z } from 'zod';

const sharePath = z
  .string()
  .max(1024, 'must be at most 1,024 characters long')
  .regex(
    /^(\/[^/\\%?#]+)+$/,
    'must be an absolute URL path such as "/docs", without a trailing slash, `%`, `?` or `#`',
  )
  .refine(
    (path) => !path.split('/').some((name) => name === '.' || name === '..'),
    'must not contain `.` or `..`',
  )
  .refine((path) => !/\p{Cc}/u.test(path), 'must not contain control characters');

const permission = z
  .string()
  .regex(/^[A-Za-z_]\w*\.\S+$/, 'must be Django\u2019s "app_label.codename", such as "docs.view_document"');

const requirement = z.strictObject({
  staff: z.boolean().optional().describe('Only users with is_staff. Default: true.'),
  superuser: z.boolean().optional().describe('Only users with is_superuser. Default: false.'),
  permission: permission
    .nullable()
    .optional()
    .describe(
      'Only users with this permission, as "app_label.codename"; null removes one that is set at an outer level.',
    ),
  groups: z
    .array(z.string().min(1, 'must be the name of a group'))
    .min(1, 'must name at least one group')
    .nullable()
    .optional()
    .describe('Only members of one of these groups; null removes groups that are set at an outer level.'),
});

export const write = z
  .union([z.literal(false), requirement])
  .describe('What a user must be to write: keys here override those of `require`. false: nobody may write.');

const publicReading = z.boolean().optional();

export const rule = z.strictObject({
  path: sharePath.describe('A path inside the share, such as "/minutes".'),
  public: publicReading.describe(
    'true: everybody may read here, without signing in. false: they may not. ' +
      'Default: as in the share, but false in a rule with a `require`.',
  ),
  require: requirement.optional().describe('Keys here override those of the share.'),
  write: write.optional(),
});

export const access = {
  path: sharePath.describe('The URL path of the share on this server, such as "/docs".'),
  require: requirement
    .optional()
    .describe(
      'What a user must be to reach the share. Default: active and staff, as in Django\u2019s handler.',
    ),
  public: publicReading.describe(
    'Whether everybody may read the share, without signing in; `require` then governs writing alone. Default: false.',
  ),
};

export const rules = z
  .array(rule)
  .optional()
  .describe('Paths inside the share with rules of their own; the longest matching path governs.');

export const folder = z.string().min(1, 'must be a folder').describe('A folder, relative to this file.');

/** How a share of a folder has the web server in front send its files. */
export const sendfile = z
  .enum(['x-accel-redirect', 'x-sendfile'])
  .optional()
  .describe(
    'Who sends large files: "x-accel-redirect", the nginx in front; "x-sendfile", the Apache in front. Default: davgate.',
  );

export const hide = z
  .array(
    z
      .string()
      .min(1, 'must be a pattern')
      .max(256, 'must be at most 256 characters long')
      .regex(/^[^/]+$/, 'must match a name, not a path: no `/`'),
  )
  .optional()
  .describe(
    'Patterns, such as "*.tmp", of names that davgate treats as if they did not exist. Default: none.',
  );

export type RequirementInput = z.infer<typeof requirement>;
export type WriteInput = z.infer<typeof write>;

/** What a share of any kind may declare of who reads and writes, as written in the file. */
export interface AccessInput {
  readonly require?: RequirementInput | undefined;
  readonly public?: boolean | undefined;
  readonly write?: WriteInput | undefined;
  readonly rules?: readonly z.infer<typeof rule>[] | undefined;
}

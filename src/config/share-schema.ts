import { z } from 'zod';
import { parseBytes } from './bytes.js';

const sharePath = z
  .string()
  .max(1024, 'must be at most 1,024 characters long')
  .regex(
    /^(\/[^/\\%?#]+)+$/,
    'must be an absolute URL path such as "/docs", without a trailing slash, `%`, `?` or `#`',
  )
  .refine(
    (path) => !path.split('/').some((name) => name === '.' || name === '..'),
    'must not hold `.` or `..`',
  )
  .refine((path) => !/\p{Cc}/u.test(path), 'must not hold control characters');

const permission = z
  .string()
  .regex(/^[A-Za-z_]\w*\.\S+$/, 'must be Django\u2019s "app_label.codename", such as "docs.view_document"');

const requirement = z.strictObject({
  staff: z.boolean().optional().describe('Only users with is_staff. Default: true.'),
  superuser: z.boolean().optional().describe('Only users with is_superuser. Default: false.'),
  permission: permission
    .nullable()
    .optional()
    .describe('Only users with this permission, as "app_label.codename"; null lifts one set further out.'),
  groups: z
    .array(z.string().min(1, 'must be the name of a group'))
    .min(1, 'must name a group at least')
    .nullable()
    .optional()
    .describe('Only members of one of these groups; null lifts groups set further out.'),
});

const write = z
  .union([z.literal(false), requirement])
  .describe('What a writer must meet: keys here override those of `require`. false: nobody writes.');

const rule = z.strictObject({
  path: sharePath.describe('A path inside the share, such as "/minutes".'),
  require: requirement.optional().describe('Keys here override those of the share.'),
  write: write.optional(),
});

const access = {
  path: sharePath.describe('Where the share stands on this server, such as "/docs".'),
  require: requirement
    .optional()
    .describe(
      'What a user must be to reach the share. Default: active and staff, as in Django\u2019s handler.',
    ),
};

const rules = z
  .array(rule)
  .optional()
  .describe('Paths inside the share with rules of their own; the longest path that matches governs.');

const folder = z.string().min(1, 'must be a folder').describe('A folder; relative to this file.');

const hide = z
  .array(
    z
      .string()
      .min(1, 'must be a pattern')
      .max(256, 'must be at most 256 characters long')
      .regex(/^[^/]+$/, 'must match a name, not a path: no `/`'),
  )
  .optional()
  .describe('Patterns such as "*.tmp" of names that are as if they were not there. Default: none.');

const staticShare = z.strictObject({
  ...access,
  kind: z.literal('static'),
  root: folder,
  scripts: z
    .boolean()
    .optional()
    .describe('Whether HTML and SVG files may run scripts in the reader\u2019s name. Default: false.'),
  hide,
  rules: z
    .array(rule.omit({ write: true }))
    .optional()
    .describe('Paths inside the share with rules of their own; the longest path that matches governs.'),
});

const webdavShare = z
  .strictObject({
    ...access,
    kind: z.literal('webdav'),
    root: folder.optional(),
    storage: z
      .strictObject({
        module: z
          .string()
          .min(1)
          .describe('A module whose default export makes a webdav-server v2 FileSystem.'),
        options: z.record(z.string(), z.unknown()).optional().describe('Passed to the module as they are.'),
      })
      .optional()
      .describe('Storage other than a folder; instead of `root`.'),
    durability: z
      .enum(['full', 'relaxed'])
      .optional()
      .describe('"full" (default): a file is on the disk when its PUT is answered. "relaxed": soon after.'),
    quota: z
      .union([z.number(), z.string()])
      .refine(
        (size) => parseBytes(size) !== undefined,
        'must be a number of bytes, or a size such as "10 GiB"',
      )
      .optional()
      .describe('Bytes that the share may hold, such as "10 GiB". Default: what the file system can.'),
    hide,
    depthInfinity: z
      .boolean()
      .optional()
      .describe('Whether a PROPFIND may list the whole tree at once (Depth: infinity). Default: false.'),
    write: write.optional(),
    rules,
  })
  .refine((share) => (share.root === undefined) !== (share.storage === undefined), {
    message: 'needs either "root" (a folder) or "storage" (a module), not both',
  });

const svnShare = z
  .strictObject({
    ...access,
    path: access.path.refine(
      (path) => !/[*[\]]|\$\{/.test(path),
      'in an svn share must not hold `*`, `[`, `]` or `${`, which mean something else to Apache',
    ),
    kind: z.literal('svn'),
    repositories: folder
      .optional()
      .describe('A folder of Subversion repositories (SVNParentPath); relative to this file.'),
    repository: folder
      .optional()
      .describe(
        'Instead of `repositories`: one repository (SVNPath), whose root is the share; relative to this file.',
      ),
    upstream: z
      .string()
      .regex(
        /^https?:\/\/([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?$/,
        'must be an origin such as "http://127.0.0.1:8081"',
      )
      .optional()
      .describe('Instead of `repositories`: an Apache of your own, set up as `davgate apache-conf` says.'),
    upstreamSecretFile: z
      .string()
      .min(1)
      .optional()
      .describe('The file with the secret that `upstream` asks for; relative to this file.'),
    upstreamAuthzFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The file that davgate writes for `upstream` when there is an `authz`; relative to this file.',
      ),
    authz: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Rules for paths inside the repositories, in the format of svn\u2019s own authz files; relative to this file.',
      ),
    autoversioning: z
      .boolean()
      .optional()
      .describe(
        'Whether WebDAV clients that know no Subversion may write: each change is a commit. Default: false.',
      ),
    write: write.optional(),
    rules,
  })
  .superRefine((share, context) => {
    const problem = (message: string, ...path: (string | number)[]) => {
      context.addIssue({ code: 'custom', message, path });
    };
    const { repositories, repository, upstream, upstreamSecretFile, upstreamAuthzFile, authz } = share;
    if ([repositories, repository, upstream].filter((source) => source !== undefined).length !== 1) {
      problem('needs one of "repositories" (a folder of them), "repository" and "upstream" (an Apache)');
    }
    if ((upstream === undefined) !== (upstreamSecretFile === undefined)) {
      problem('"upstream" and "upstreamSecretFile" need each other');
    }
    if ((upstream !== undefined && authz !== undefined) !== (upstreamAuthzFile !== undefined)) {
      problem('"upstreamAuthzFile" is needed where there are both "upstream" and "authz", and only there');
    }
    for (const [index, { path }] of (share.rules ?? []).entries()) {
      if (repository !== undefined) {
        problem(
          'a share of one repository has no rules; "authz" has them for paths inside it',
          'rules',
          index,
        );
      } else if (path.lastIndexOf('/') !== 0) {
        problem(
          'in an svn share each rule must name a repository, such as "/sample", not a path inside one; ' +
            '"authz" has rules for those',
          ...['rules', index],
        );
      }
    }
  });

/** A share as it stands in the file, of any kind. */
export const shareSchema = z.discriminatedUnion('kind', [staticShare, webdavShare, svnShare]);

export type SvnShareInput = z.infer<typeof svnShare>;
export type ShareInput = z.infer<typeof shareSchema>;
export type RequirementInput = z.infer<typeof requirement>;
export type WriteInput = z.infer<typeof write>;

import { resolve } from 'node:path';
import { z } from 'zod';
import type { PageTrust } from '../../http/active-content.js';
import type { SendfileWay } from '../../http/hand-over.js';
import { access, folder, hide, rule, sendfile } from './access.js';
import { readPolicyOf } from '../rules.js';
import { disk, diskOf, type Disk } from './disk.js';
import { common, type CommonShare, type Surroundings } from './share.js';

export const staticSchema = z.strictObject({
  ...access,
  kind: z.literal('static'),
  root: folder,
  scripts: z
    .boolean()
    .optional()
    .describe(
      'Whether HTML and SVG files may run scripts with the rights of the user who opens them. Default: false.',
    ),
  ...disk,
  hide,
  sendfile,
  rules: z
    .array(rule.omit({ write: true }))
    .optional()
    .describe('Paths inside the share with rules of their own; the longest matching path governs.'),
});

export interface StaticShare extends CommonShare {
  readonly kind: 'static';
  /** A folder; absolute. */
  readonly root: string;
  readonly disk: Disk;
  readonly trust: PageTrust;
  /** How the web server in front is told to send a file; missing: davgate sends it. */
  readonly sendfile?: SendfileWay;
  /** Patterns of names to treat as if they did not exist. */
  readonly hide?: readonly string[];
}

export function resolveStatic(
  share: z.infer<typeof staticSchema>,
  { folder: base, mounts = [] }: Surroundings,
): StaticShare {
  const root = resolve(base, share.root);
  return {
    ...common(share, readPolicyOf(share)),
    kind: 'static',
    words: `static files from ${root}`,
    root,
    disk: diskOf(root, share, mounts),
    trust: share.scripts === true ? 'trusted' : 'sandboxed',
    ...(share.hide === undefined ? {} : { hide: share.hide }),
    ...(share.sendfile === undefined ? {} : { sendfile: share.sendfile }),
    places: [{ key: 'root', what: 'folder', value: share.root, path: root, use: 'read' }],
    home: { key: 'root', path: root, served: true },
    secrets: [],
  };
}

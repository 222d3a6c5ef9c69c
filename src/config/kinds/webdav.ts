import { createRequire } from 'node:module';
import { extname, resolve } from 'node:path';
import { z } from 'zod';
import type { SendfileWay } from '../../http/hand-over.js';
import { parseBytes } from '../bytes.js';
import { text } from '../fields.js';
import type { Mount } from '../mounts.js';
import { policyOf } from '../rules.js';
import { access, folder, hide, rules, sendfile, write } from './access.js';
import { disk, diskOf, type Disk } from './disk.js';
import { common, type CommonShare, type Surroundings } from './share.js';

export const webdavSchema = z
  .strictObject({
    ...access,
    kind: z.literal('webdav'),
    root: folder.optional(),
    storage: z
      .strictObject({
        module: text.describe('A module whose default export returns a webdav-server v2 FileSystem.'),
        options: z.record(z.string(), z.unknown()).optional().describe('Passed to the module unchanged.'),
      })
      .optional()
      .describe('A storage module, instead of `root`.'),
    durability: z
      .enum(['full', 'relaxed'])
      .optional()
      .describe(
        '"full" (default): a file is on the disk when davgate answers its PUT. "relaxed": soon afterwards.',
      ),
    quota: z
      .union([z.number(), z.string()])
      .refine(
        (size) => parseBytes(size) !== undefined,
        'must be a number of bytes, or a size such as "10 GiB"',
      )
      .optional()
      .describe('Bytes that the share may hold, such as "10 GiB". Default: what the file system can hold.'),
    ...disk,
    hide,
    sendfile,
    depthInfinity: z
      .boolean()
      .optional()
      .describe('Whether a PROPFIND may list the whole tree at once (Depth: infinity). Default: false.'),
    write: write.optional(),
    rules,
  })
  .refine((share) => (share.root === undefined) !== (share.storage === undefined), {
    message: 'needs either "root" (a folder) or "storage" (a module), not both',
  })
  .refine((share) => share.storage === undefined || share.metadata === undefined, {
    message: 'is for a folder: a module makes its calls itself',
    path: ['metadata'],
  })
  .refine((share) => share.sendfile === undefined || share.storage === undefined, {
    path: ['sendfile'],
    message: 'needs "root": another server cannot open the files of a storage module',
  });

/** Where a WebDAV share's files are: in a folder of this machine, or in a module's file system. */
export type StorageDeclaration =
  | {
      readonly kind: 'folder';
      readonly root: string;
      readonly durability: 'full' | 'relaxed';
      readonly disk: Disk;
    }
  | {
      readonly kind: 'module';
      readonly module: string;
      readonly options: Readonly<Record<string, unknown>>;
      /** The folder from which the module is resolved; absolute. */
      readonly folder: string;
    };

export interface WebdavShare extends CommonShare {
  readonly kind: 'webdav';
  readonly storage: StorageDeclaration;
  /** Bytes that the share may hold; missing: what the file system can hold. */
  readonly quota?: number;
  /** How the web server in front is told to send a file; missing: davgate sends it. */
  readonly sendfile?: SendfileWay;
  /** Patterns of names to treat as if they did not exist. */
  readonly hide?: readonly string[];
  readonly depthInfinity?: boolean;
}

export function resolveWebdav(
  share: z.infer<typeof webdavSchema>,
  { folder: base, mounts = [] }: Surroundings,
): WebdavShare {
  const { quota, hide: hidden, depthInfinity, sendfile: way } = share;
  const bytes = quota === undefined ? undefined : parseBytes(quota);
  return {
    ...common(share, policyOf(share)),
    kind: 'webdav',
    ...(bytes === undefined ? {} : { quota: bytes }),
    ...(hidden === undefined ? {} : { hide: hidden }),
    ...(way === undefined ? {} : { sendfile: way }),
    ...(depthInfinity === true && { depthInfinity }),
    ...(share.storage === undefined
      ? inFolder(share, resolve(base, share.root ?? '.'), mounts)
      : inModule(share.storage, base)),
  };
}

type Stored = Pick<WebdavShare, 'words' | 'storage' | 'places' | 'home' | 'disk' | 'secrets'>;

function inFolder(
  { root: value = '.', durability = 'full', ...input }: z.infer<typeof webdavSchema>,
  root: string,
  mounts: readonly Mount[],
): Stored {
  const found = diskOf(root, input, mounts);
  return {
    words: `WebDAV on ${root}`,
    storage: { kind: 'folder', root, durability, disk: found },
    disk: found,
    places: [{ key: 'root', what: 'folder', value, path: root, use: 'change' }],
    home: { key: 'root', path: root, served: true },
    secrets: [],
  };
}

function inModule(
  { module, options = {} }: { module: string; options?: Record<string, unknown> | undefined },
  folder: string,
): Stored {
  return {
    words: `WebDAV on the module ${module}`,
    storage: { kind: 'module', module, options, folder },
    places: [],
    secrets: moduleFiles(module, folder).map((path) => ({ what: 'a storage module', path })),
  };
}

/** A module's file and the paths, perhaps links, that lead to it; none if it is missing, which is reported elsewhere. */
function moduleFiles(module: string, folder: string): string[] {
  try {
    const file = createRequire(`${folder}/`).resolve(module);
    const named = resolve(folder, module);
    return /^[./]/.test(module) ? [file, named, `${named}${extname(file)}`] : [file];
  } catch {
    return [];
  }
}

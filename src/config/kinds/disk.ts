import { z } from 'zod';
import { realPathUpTo } from '../files.js';
import { mayHang, mountOf, mountsBelow, type Mount } from '../mounts.js';

/** How a share's folder may be declared to be reached. */
export const disk = {
  metadata: z
    .enum(['async', 'sync'])
    .optional()
    .describe(
      'How davgate calls the folder\u2019s file system. "sync": at once, fastest on a local disk. "async": by a process ' +
        'of its own, so that a slow or hung disk stops no other share. Default: by the type of the file system.',
    ),
  diskSeconds: z
    .number()
    .min(0.1)
    .max(300)
    .optional()
    .describe(
      'With "async": the seconds that a step may take before the share counts as hung and answers 503. Default: 10.',
    ),
};

/** How davgate calls the file system of a folder. */
export type Disk =
  | {
      readonly calls: 'sync';
      /** The type of the file system; undefined where the system does not tell. */
      readonly type: string | undefined;
    }
  | {
      readonly calls: 'async';
      /** The type because of which it is so; undefined if it is declared. */
      readonly type: string | undefined;
      /** Milliseconds that a step may take. */
      readonly limit: number;
      /** The folder, as far as it is known without touching a disk that may hang; only there it is served. */
      readonly real: string;
    };

const defaultSeconds = 10;

export interface DiskInput {
  readonly metadata?: 'async' | 'sync' | undefined;
  readonly diskSeconds?: number | undefined;
}

/** Finds out how to call a folder. Touches nothing that may hang. @param root absolute */
export function diskOf(
  root: string,
  { metadata, diskSeconds = defaultSeconds }: DiskInput,
  mounts: readonly Mount[],
): Disk {
  if (metadata === 'sync') return { calls: 'sync', type: mountOf(root, mounts)?.type };
  const limit = diskSeconds * 1000;
  const hanging = new Set(mounts.filter(mayHang).map(({ point }) => point));
  const declared = metadata === 'async' ? untouched(root, mounts) : undefined;
  const { path: real, stopped } = realPathUpTo(root, (path) => path === declared || hanging.has(path));
  const type = stopped ? mountOf(real, mounts)?.type : mountsBelow(real, mounts).find(mayHang)?.type;
  if (metadata === 'async') return { calls: 'async', type: undefined, limit, real };
  return type === undefined
    ? { calls: 'sync', type: mountOf(real, mounts)?.type }
    : { calls: 'async', type, limit, real };
}

/** The first folder on the way to a root that is declared to hang: its file system, unless that is the whole machine\u2019s. */
function untouched(root: string, mounts: readonly Mount[]): string {
  const point = mountOf(root, mounts)?.point ?? '/';
  return point === '/' ? root : point;
}

/** For an administrator. */
export function diskInWords(disk: Disk): string {
  if (disk.calls === 'sync') return disk.type === undefined ? 'sync' : `sync (${disk.type})`;
  return `async (${disk.type ?? 'declared'}); answers 503 where a step takes more than ${disk.limit / 1000} s`;
}

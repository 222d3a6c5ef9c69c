import { readFileSync } from 'node:fs';

/** A mounted file system. */
export interface Mount {
  /** Where; absolute. */
  readonly point: string;
  /** Such as `ext4` or `nfs4`. */
  readonly type: string;
}

/** The type of a file system whose calls wait for a network, or for another program. */
const waiting =
  /^(?:nfs4?|cifs|smb3|smbfs|fuse|fuseblk|fuse\..+|9p|virtiofs|vboxsf|prl_fs|afs|ceph|gfs2?|lustre|ocfs2|beegfs|gpfs|pvfs2|orangefs|glusterfs|coda|ncpfs|davfs2?|autofs)$/;

/** Whether a call to a file system of this type may take long, or hang. */
export function mayHang({ type }: Mount): boolean {
  return waiting.test(type);
}

/**
 * What is mounted on this machine; empty where the system does not tell. To ask the file systems themselves, by
 * statfs(2), would hang where one of them hangs.
 */
export function readMounts(): Mount[] {
  try {
    return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return [];
  }
}

/** Parses Linux's /proc/self/mountinfo (proc_pid_mountinfo(5)). Of two at one place, the later hides the earlier. */
export function parseMounts(text: string): Mount[] {
  const mounts = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ', 2);
    const point = before.split(' ')[4];
    const type = after.split(' ')[0];
    if (point === undefined || type === undefined || type === '') continue;
    const path = point.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(parseInt(octal, 8)),
    );
    mounts.delete(path);
    mounts.set(path, { point: path, type });
  }
  return [...mounts.values()];
}

/** The mount that contains an absolute path, as it is written. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    if (isAtOrBelow(mount.point, path) && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  }
  return found;
}

/** The mounts below a folder. */
export function mountsBelow(folder: string, mounts: readonly Mount[]): Mount[] {
  return mounts.filter(({ point }) => point !== folder && isAtOrBelow(folder, point));
}

function isAtOrBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

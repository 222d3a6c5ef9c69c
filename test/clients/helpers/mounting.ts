import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { untilPasses } from '../../helpers/until.js';
import { outcomeOf, run } from './programs.js';

/** A file system that is mounted until the end of a suite. */
export interface Mount {
  /** Where it is mounted. */
  readonly folder: string;
  /** Unmounts it, whatever has happened to it, and waits until its process has ended. */
  unmount(): Promise<void>;
}

async function mustBeMounted(folder: string): Promise<void> {
  const [inside, outside] = [await stat(folder), await stat(join(folder, '..'))];
  if (inside.dev === outside.dev) throw new Error(`Nothing is mounted on ${folder}.`);
}

/** rclone's settings for a remote called `site`. @param url the share's */
export async function rcloneSettings(url: string, user: string): Promise<NodeJS.ProcessEnv> {
  return {
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_SITE_TYPE: 'webdav',
    RCLONE_CONFIG_SITE_URL: url,
    RCLONE_CONFIG_SITE_VENDOR: 'other',
    RCLONE_CONFIG_SITE_USER: user,
    RCLONE_CONFIG_SITE_PASS: (await run('rclone', ['obscure', `${user}-demo`])).trim(),
  };
}

/**
 * Mounts a remote of rclone, by FUSE.
 * @param work an empty folder for the mount, rclone's cache and its log
 */
export async function mountByRclone(remote: string, work: string, env: NodeJS.ProcessEnv): Promise<Mount> {
  const folder = join(work, 'mounted');
  await mkdir(folder);
  // rclone 1.60 can leave a stray file of the old name when a file is renamed in the middle of its upload: uploads
  // begin only after a second, as they do after five by default.
  const caching = ['--vfs-cache-mode', 'writes', '--vfs-write-back', '1s', '--dir-cache-time', '1s'];
  const files = ['--cache-dir', join(work, 'cache'), '--log-file', join(work, 'mount.log')];
  const child = spawn('rclone', ['mount', remote, folder, ...caching, ...files], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const unmount = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const { code } = await outcomeOf('fusermount3', ['-u', folder]);
    if (code !== 0) await outcomeOf('fusermount3', ['-u', '-z', folder]);
    const deadline = new AbortController();
    const gone = await Promise.race([
      ended.then(() => true),
      pause(10_000, false, { signal: deadline.signal }).catch(() => false),
    ]);
    deadline.abort();
    if (gone) return;
    child.kill('SIGKILL');
    await ended;
  };
  try {
    await untilPasses(() => mustBeMounted(folder));
  } catch (error) {
    await unmount();
    throw error;
  }
  return { folder, unmount };
}

/** Whether this machine lets this user mount by FUSE: it is tried, with a folder in place of a server. */
export async function fuseWorks(): Promise<boolean> {
  const work = await mkdtemp(join(tmpdir(), 'davgate-fuse-'));
  try {
    await access('/dev/fuse', constants.R_OK | constants.W_OK);
    await mkdir(join(work, 'source'));
    const mount = await mountByRclone(join(work, 'source'), work, { RCLONE_CONFIG: '/dev/null' });
    await mount.unmount();
    return true;
  } catch {
    return false;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Mounts a share by davfs2, which needs root.
 * @param work an empty folder for the mount, the settings and the cache
 */
export async function mountByDavfs(url: string, user: string, work: string): Promise<Mount> {
  const folder = join(work, 'mounted');
  const cache = join(work, 'cache');
  await mkdir(folder);
  await mkdir(cache);
  // davfs2 gives up root for its own user, who must reach the cache and write there.
  await run('chmod', ['755', work]);
  await run('chown', ['root:davfs2', cache]);
  await run('chmod', ['775', cache]);
  await writeFile(join(work, 'secrets'), `${url} ${user} ${user}-demo\n`, { mode: 0o600 });
  const settings = {
    ask_auth: 0,
    cache_dir: cache,
    secrets: join(work, 'secrets'),
    delay_upload: 0,
    dir_refresh: 0,
    file_refresh: 0,
    // Kernels of today ask for more at once than its default of 16 KiB, and it answers EINVAL.
    buf_size: 1024,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(join(work, 'davfs2.conf'), lines.join(''), { mode: 0o600 });
  await run('mount.davfs', ['-o', `conf=${join(work, 'davfs2.conf')}`, url, folder], { patience: 30_000 });
  return {
    folder,
    unmount: async () => {
      // umount.davfs waits until davfs2 has written everything and ended.
      const { code } = await outcomeOf('umount', [folder], { patience: 60_000 });
      if (code !== 0) await run('umount', ['--lazy', folder]);
    },
  };
}

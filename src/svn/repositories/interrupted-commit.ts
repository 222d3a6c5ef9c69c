import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.js';
import { type Caller, runOn } from './repository-user.js';

/** A revision whose files are in place but that is not counted yet. */
interface Uncounted {
  readonly youngest: number;
  /** Its properties and its content, in the order in which to remove them. */
  readonly files: readonly string[];
}

/**
 * The revision whose files a commit has put in place but not counted yet (libsvn_fs_fs/transaction.c, commit_body).
 * Every commit has one for a moment. If the process is killed at that moment, the files stay, and from then on svn
 * refuses all commits, because it cannot write the revision's properties a second time.
 */
async function uncountedRevision(repository: string): Promise<Uncounted | undefined> {
  try {
    const database = join(repository, 'db');
    if ((await readFile(join(database, 'fs-type'), 'utf8')).trim() !== 'fsfs') return undefined;
    const [text = ''] = (await readFile(join(database, 'current'), 'utf8')).split(/\s/, 1);
    const youngest = Number(text);
    const next = youngest + 1;
    const size = /^layout sharded (\d+)$/m.exec(await readFile(join(database, 'format'), 'utf8'))?.[1];
    const shard = size === undefined ? [] : [String(Math.floor(next / Number(size)))];
    const files = ['revprops', 'revs'].map((kind) => join(database, kind, ...shard, String(next)));
    await access(files[0] ?? '');
    return { youngest, files };
  } catch {
    return undefined;
  }
}

/**
 * Arguments: the file `current`, the youngest revision that it contained, and the files to remove if it still contains
 * that.
 */
const discard = 'read -r youngest rest <"$1" && [ "$youngest" = "$2" ] && shift 2 && rm -f -- "$@"';

/**
 * Removes such a revision while svn itself makes all commits wait (svnadmin freeze). No client has been told that it
 * succeeded. Counting it, as svnadmin recover would, is not an option: its properties may be incomplete.
 * @param repository an absolute path
 * @returns whether there was one
 * @throws Failure `internal` with svnadmin's error message; `unavailable` if svnadmin is not installed
 */
export async function discardInterruptedCommit(repository: string, caller: Caller): Promise<boolean> {
  const found = await uncountedRevision(repository);
  if (found === undefined) return false;
  const { youngest, files } = found;
  const current = join(repository, 'db', 'current');
  const script = ['/bin/sh', '-c', discard, 'discard', current, String(youngest), ...files];
  const outcome = await runOn(repository, caller, 'svnadmin', ['freeze', '--', repository, ...script]);
  if (outcome.done) return true;
  // The script ends with status 1 if a commit under way has counted the revision.
  if ((await uncountedRevision(repository))?.youngest !== youngest) return false;
  throw new Failure('internal', outcome.complaint);
}

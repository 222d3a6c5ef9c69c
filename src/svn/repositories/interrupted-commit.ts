import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.js';
import { type Caller, runOn } from './repository-user.js';

/** A revision that is in its place and not counted. */
interface Uncounted {
  /** The youngest revision that is. */
  readonly youngest: number;
  /** Its properties and its content, in the order in which they must go. */
  readonly files: readonly string[];
}

/**
 * The revision that a commit has put in its place and not counted yet (libsvn_fs_fs/transaction.c, commit_body). For a
 * moment there is one in every commit; it stays where the process was killed just then, and from then on svn refuses all
 * commits, since it cannot write the revision's properties a second time.
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

/** Arguments: the file `current`, the youngest revision that it held, and what must go where it still holds that. */
const discard = 'read -r youngest rest <"$1" && [ "$youngest" = "$2" ] && shift 2 && rm -f -- "$@"';

/**
 * Takes such a revision away, while svn itself keeps all commits waiting (svnadmin freeze). It was acknowledged to
 * nobody. To count it, as svnadmin recover would, is no choice: its properties may be cut off in the middle.
 * @param repository an absolute path
 * @returns whether there was one
 * @throws Failure `internal` with svnadmin's complaint; `unavailable` where it is not installed
 */
export async function discardInterruptedCommit(repository: string, caller: Caller): Promise<boolean> {
  const found = await uncountedRevision(repository);
  if (found === undefined) return false;
  const { youngest, files } = found;
  const current = join(repository, 'db', 'current');
  const script = ['/bin/sh', '-c', discard, 'discard', current, String(youngest), ...files];
  const outcome = await runOn(repository, caller, 'svnadmin', ['freeze', '--', repository, ...script]);
  if (outcome.done) return true;
  // The script ends with 1 where a commit that was under way has counted it.
  if ((await uncountedRevision(repository))?.youngest !== youngest) return false;
  throw new Failure('internal', outcome.complaint);
}

import { join } from 'node:path';
import { SingleFlight } from '../../../src/async/single-flight.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import type { SharePath } from '../../../src/http/target.js';
import { discardInterruptedCommit } from '../../../src/svn/repositories/interrupted-commit.js';
import type { Caller } from '../../../src/svn/repositories/repository-user.js';
import type { Log } from '../../observability/log.js';

/**
 * Repairs the repository that contains a path, after a change of it has failed. Resolves when it accepts commits again,
 * or cannot be repaired. Never rejects.
 */
export type CommitRepair = (inside: SharePath) => Promise<void>;

export function commitRepair(
  { path: share, source }: Pick<SvnShare, 'path' | 'source'>,
  caller: Caller,
  log: Log,
): CommitRepair {
  const flights = new SingleFlight<string, void>();
  const mend = async (repository: string): Promise<void> => {
    try {
      if (!(await discardInterruptedCommit(repository, caller))) return;
      log.warn({ share, repository }, 'interrupted commit removed');
    } catch (err) {
      log.error({ share, repository, err }, 'interrupted commit could not be removed');
    }
  };
  return async (inside) => {
    const repository = repositoryAt(source, inside);
    if (repository !== undefined) await flights.run(repository, () => mend(repository));
  };
}

function repositoryAt(source: SvnShare['source'], inside: SharePath): string | undefined {
  if (source.kind === 'upstream') return undefined;
  if (source.kind === 'repository') return source.folder;
  const name = inside.split('/', 2)[1] ?? '';
  return name === '' ? undefined : join(source.folder, name);
}

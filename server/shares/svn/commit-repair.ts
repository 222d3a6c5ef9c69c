import { join } from 'node:path';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import type { SharePath } from '../../../src/http/target.js';
import { discardInterruptedCommit } from '../../../src/svn/repositories/interrupted-commit.js';
import type { Caller } from '../../../src/svn/repositories/repository-user.js';
import type { Log } from '../../observability/log.js';

export class SvnRepair {
  readonly #share: Pick<SvnShare, 'path' | 'source'>;
  readonly #caller: Caller;
  readonly #log: Log;
  /** By repository: only one repair runs at a time. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(share: Pick<SvnShare, 'path' | 'source'>, caller: Caller, log: Log) {
    this.#share = share;
    this.#caller = caller;
    this.#log = log;
  }

  /** Resolves when the repository accepts commits again, or cannot be repaired. Never rejects. */
  afterFailureAt(inside: SharePath): Promise<void> {
    const repository = this.#repositoryOf(inside);
    if (repository === undefined) return Promise.resolve();
    const running =
      this.#running.get(repository) ??
      this.#mend(repository).finally(() => {
        this.#running.delete(repository);
      });
    this.#running.set(repository, running);
    return running;
  }

  #repositoryOf(inside: SharePath): string | undefined {
    const { source } = this.#share;
    if (source.kind === 'upstream') return undefined;
    if (source.kind === 'repository') return source.folder;
    const name = inside.split('/', 2)[1] ?? '';
    return name === '' ? undefined : join(source.folder, name);
  }

  async #mend(repository: string): Promise<void> {
    const { path: share } = this.#share;
    try {
      if (!(await discardInterruptedCommit(repository, this.#caller))) return;
      this.#log.warn({ share, repository }, 'interrupted commit removed');
    } catch (err) {
      this.#log.error({ share, repository, err }, 'interrupted commit could not be removed');
    }
  }
}

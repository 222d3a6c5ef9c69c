import type { ServerPath } from '../../../src/http/target.js';
import type { SvnBackground, SvnListeners } from '../../shares/svn/background.js';
import type { ReadyRules } from '../../shares/svn/path-rules.js';
import type { Channel } from './channel.js';
import { findSvn, readyRules, retireSvn, svnChanged, type SvnStatus } from './exchanges.js';

interface Followed {
  readonly listeners: SvnListeners;
  status: SvnStatus | undefined;
}

/** What the parent has started for the svn shares, by generation. */
export class RemoteSvn {
  readonly #channel: Channel;
  readonly #followed = new Map<number, Followed>();

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.hear(svnChanged, ({ generation, status }) => {
      const followed = this.#followed.get(generation);
      if (!followed) return;
      followed.status = status;
      followed.listeners.changed();
    });
    channel.hear(retireSvn, ({ generation, share }) => {
      this.#followed.get(generation)?.listeners.retire(share ?? undefined);
    });
  }

  async open(generation: number, listeners: SvnListeners): Promise<SvnBackground> {
    const followed: Followed = { listeners, status: undefined };
    this.#followed.set(generation, followed);
    const found = await this.#channel.ask(findSvn, { generation });
    // What has changed since was told before the answer, or will be.
    followed.status ??= found;
    const rules = new Map(found.ruled.map((share) => [share, this.#rules(generation, share)]));
    return {
      address: () => followed.status?.address ?? undefined,
      unserved: () => followed.status?.fault ?? undefined,
      rules: (share) => rules.get(share),
      close: () => {
        this.#followed.delete(generation);
        return Promise.resolve();
      },
    };
  }

  #rules(generation: number, share: ServerPath): ReadyRules {
    let unknownGroups: readonly string[] = [];
    return {
      get unknownGroups() {
        return unknownGroups;
      },
      ready: async (username) => {
        unknownGroups = await this.#channel.ask(readyRules, {
          generation,
          share,
          username: username ?? null,
        });
      },
    };
  }
}

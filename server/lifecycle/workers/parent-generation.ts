import { Closers } from '../../../src/async/closers.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import { openDatabase } from '../../../src/database/open-database.js';
import type { Deriver } from '../../../src/django/hashers/derivation.js';
import type { PasswordChecker } from '../../../src/django/hashers/hasher.js';
import { ModelDirectory } from '../../../src/django/model-directory.js';
import {
  AskedInVain,
  type SignedIn,
  type SignInOrigin,
  type UserOfRow,
} from '../../../src/django/sign-in/site-sign-in.js';
import { Failure } from '../../../src/failure.js';
import type { ServerPath } from '../../../src/http/target.js';
import type { Environment } from '../../environment.js';
import type { Log } from '../../observability/log.js';
import type { Configuration } from '../../preflight/configuration.js';
import { readableSite } from '../../preflight/find-site.js';
import type { SvnBackground } from '../../shares/svn/background.js';
import { openCommon, type Common } from '../common-services.js';
import type { SvnStatus } from './exchanges.js';
import { QuotaOffice } from './quota-office.js';
import type { SharedChecks } from './shared-checks.js';

/** Who is told what becomes of the Apache behind the svn shares. */
interface SvnNews {
  readonly changed: (status: SvnStatus) => void;
  readonly retire: (share: ServerPath | undefined) => void;
}

interface Parts {
  readonly deriver: Deriver;
  readonly checks: SharedChecks;
  readonly environment: Environment;
  readonly log: Log;
  readonly news: SvnNews;
}

/** What the parent has opened for one declaration. */
export class ParentGeneration {
  readonly number: number;
  readonly configuration: Configuration;
  readonly quotas: QuotaOffice;
  readonly #common: Common;
  readonly #passwords: PasswordChecker;
  readonly #svn: SvnBackground | undefined;
  readonly #ruled: readonly ServerPath[];
  readonly #close: () => Promise<void>;

  private constructor(
    number: number,
    configuration: Configuration,
    opened: {
      readonly common: Common;
      readonly passwords: PasswordChecker;
      readonly svn: SvnBackground | undefined;
      readonly close: () => Promise<void>;
    },
  ) {
    const { shares } = configuration.declaration;
    this.number = number;
    this.configuration = configuration;
    this.quotas = new QuotaOffice(
      new Map(
        shares.flatMap((share) =>
          share.kind === 'webdav' && share.quota !== undefined ? [[share.path, share.quota]] : [],
        ),
      ),
    );
    this.#common = opened.common;
    this.#passwords = opened.passwords;
    this.#svn = opened.svn;
    this.#ruled = shares.flatMap(({ path }) => (opened.svn?.rules(path) ? [path] : []));
    this.#close = opened.close;
  }

  /** @throws Failure with what could not be opened, after closing everything that was */
  static async open(
    number: number,
    configuration: Configuration,
    { deriver, checks, environment, log, news }: Parts,
  ): Promise<ParentGeneration> {
    const closers = new Closers();
    const now = (): number => performance.now();
    try {
      const { declaration, warnings } = configuration;
      for (const warning of warnings) log.warn({ warning }, 'the Django site');
      const site = readableSite(configuration.site);
      const knex = openDatabase(site.database);
      closers.add(() => knex.destroy());
      const directory = new ModelDirectory(knex, {
        kind: site.database.kind,
        user: site.user,
        withNames: declaration.guard !== undefined,
      });
      const common = await openCommon(
        { generation: number, declaration, site, directory, environment, log, now },
        deriver,
      );
      closers.add(() => common.close());
      const shares = declaration.shares.filter((share): share is SvnShare => share.kind === 'svn');
      const opened: { generation?: ParentGeneration } = {};
      const listeners = {
        retire: news.retire,
        changed: () => {
          if (opened.generation) news.changed(opened.generation.svnStatus());
        },
      };
      const svn = shares.length > 0 ? await common.startSvn(shares, listeners) : undefined;
      closers.add(() => svn?.close());
      const passwords = checks.by(common.passwords, site.hashers);
      opened.generation = new ParentGeneration(number, configuration, {
        common,
        passwords,
        svn,
        close: () => closers.close(),
      });
      return opened.generation;
    } catch (error) {
      await closers.close();
      throw error;
    }
  }

  /** Why svn shares are not served, for the administrator; undefined if they are. */
  get fault(): string | undefined {
    return this.#svn?.unserved()?.reason;
  }

  check(password: string, encoded: string | undefined): Promise<boolean> {
    return this.#passwords.check(password, encoded);
  }

  /** @returns `in vain` where the site was given the password and did not answer */
  async signIn(
    username: string,
    password: string,
    from: SignInOrigin,
  ): Promise<SignedIn | 'in vain' | undefined> {
    try {
      return await this.#site().signIn(username, password, from);
    } catch (error) {
      if (error instanceof AskedInVain) return 'in vain';
      throw error;
    }
  }

  async permissionsOf(user: UserOfRow): Promise<string[]> {
    return [...(await this.#site().permissionsOf(user))];
  }

  #site(): NonNullable<Common['site']> {
    const { site } = this.#common;
    if (!site) throw new Failure('internal', 'The site is not asked who signs in.');
    return site;
  }

  svnStatus(): SvnStatus {
    return {
      address: this.#svn?.address() ?? null,
      fault: this.#svn?.unserved() ?? null,
      ruled: [...this.#ruled],
    };
  }

  /** @returns the groups that nobody defines, once Apache uses the newest path rules of this share */
  async readyRules(share: ServerPath, username: string | undefined): Promise<string[]> {
    const rules = this.#svn?.rules(share);
    if (!rules) throw new Failure('internal', 'This share has no path rules.');
    await rules.ready(username);
    return [...rules.unknownGroups];
  }

  /** Call when all workers have taken the next one. */
  retire(): void {
    this.#common.retire();
  }

  close(): Promise<void> {
    return this.#close();
  }
}

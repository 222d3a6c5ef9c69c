import { oneAtATime } from '../../src/async/one-at-a-time.js';
import { errorInWords } from '../../src/config/problems.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import { Failure } from '../../src/failure.js';
import type { Log } from '../observability/log.js';
import type { Configuration } from '../preflight/configuration.js';
import type { LaterLook } from '../preflight/background-site-check.js';
import type { Places } from './begun.js';

/** A declaration that everything is open for, and that does not answer requests yet. */
export interface Readied {
  readonly declared: Configuration;
  readonly places: Places;
  readonly shares: readonly DeclaredShare[];
  /** The reasons why shares of it are not served. */
  readonly faults: readonly string[];
  /** Makes it answer new requests. */
  take(): Promise<void> | void;
  /** Closes what is open for it. */
  drop(): Promise<void>;
}

interface ReloadParts {
  /** The reasons why shares are not served at the moment. */
  readonly faults: () => readonly string[];
  /** Where davgate listens, which a reload does not change. */
  readonly places: Places;
  /** How many processes answer requests, which a reload does not change. */
  readonly processes: number;
  /** How many a declaration asks for. */
  readonly processesOf: (declared: Configuration) => number;
  /** Loads and opens everything again. */
  readonly again: () => Promise<Readied>;
  readonly later: LaterLook;
  readonly log: Log;
}

/** Returns the function that reloads the declaration and the site; if anything is wrong, the old ones stay in effect. */
export function reloadOf({
  faults,
  places,
  processes,
  processesOf,
  again,
  later,
  log,
}: ReloadParts): () => Promise<void> {
  return oneAtATime(async () => {
    let next: Readied | undefined;
    try {
      next = await again();
      refuseLoss(faults(), next.faults);
    } catch (error) {
      await next?.drop();
      log.error({ reason: errorInWords(error) }, 'not reloaded: the previous declaration stays in effect');
      return;
    }
    for (const name of ['listen', 'metrics', 'guard.http', 'guard.fastcgi'] as const) {
      const [old, place] = [places[name], next.places[name]];
      if (place?.host === old?.host && place?.port === old?.port) continue;
      log.warn(
        { host: place?.host, port: place?.port },
        `"${name}" has changed: restart davgate to apply it`,
      );
    }
    const workers = processesOf(next.declared);
    if (workers !== processes) log.warn({ workers }, '"workers" has changed: restart davgate to apply it');
    await next.take();
    log.info({ shares: next.shares.map(({ path }) => path) }, 'reloaded');
    later.begin(next.declared);
  });
}

/** Rejects a reload that would stop a working share from being served, such as an svn share whose Apache is missing. */
function refuseLoss(old: readonly string[], next: readonly string[]): void {
  const reason = next[0];
  if (reason !== undefined && old.length === 0) throw new Failure('unavailable', reason);
}

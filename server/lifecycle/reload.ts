import { oneAtATime } from '../../src/async/one-at-a-time.js';
import { errorInWords } from '../../src/config/problems.js';
import { Failure } from '../../src/failure.js';
import type { Log } from '../observability/log.js';
import type { LaterLook } from '../preflight/background-site-check.js';
import { declaredIn, type Begun, type Places } from './begun.js';
import type { CurrentGeneration } from './current-generation.js';
import type { Generation } from './generation.js';

interface ReloadParts {
  readonly generations: CurrentGeneration;
  /** Where davgate listens, which a reload does not change. */
  readonly places: Places;
  /** Loads and opens everything again. */
  readonly again: () => Promise<Begun>;
  readonly later: LaterLook;
  readonly log: Log;
}

/** Returns the function that reloads the declaration and the site; if anything is wrong, the old ones stay in effect. */
export function reloadOf({ generations, places, again, later, log }: ReloadParts): () => Promise<void> {
  return oneAtATime(async () => {
    let next: Begun | undefined;
    try {
      next = await again();
      refuseLoss(generations.current, next.generation);
    } catch (error) {
      await next?.generation.close();
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
    generations.replace(next.generation);
    log.info({ shares: declaredIn(next.generation).map(({ path }) => path) }, 'reloaded');
    later.begin(next.declared);
  });
}

/** Rejects a reload that would stop a working share from being served, such as an svn share whose Apache is missing. */
function refuseLoss(old: Generation, next: Generation): void {
  const reason = faultsIn(next)[0];
  if (reason !== undefined && faultsIn(old).length === 0) throw new Failure('unavailable', reason);
}

/** The reasons why shares are not served. */
function faultsIn({ composition }: Generation): string[] {
  return composition.parts.shares.all.flatMap(({ fault }) => fault?.() ?? []);
}

import { type Facts, factsOf } from '../facts.js';
import { keyText } from '../user-key.js';
import type { SeenReport } from './report.js';
import type { Digests, SampledUsers } from './sampled-users.js';

/** What the site's own connection read. */
export interface SeenBySite {
  readonly facts: Facts;
  readonly users: SampledUsers;
  /** What seems to choose different rows for each request, in words. */
  readonly byRequest: string | undefined;
  /** Whether the declaration names the schemas in which to look for tables, and so determines what is read. */
  readonly declared: boolean;
}

/** The site's connection could not be made: why, in the words of its driver. */
export interface NotSeen {
  readonly trouble: string;
}

export function seenBySite(report: SeenReport | undefined, declared: boolean): SeenBySite | NotSeen {
  if (report === undefined) return { trouble: 'it was not asked' };
  if ('trouble' in report) return report;
  const { first, last, upTo, counts } = report.users;
  return {
    facts: factsOf(report.facts),
    users: {
      first: digestsOf(first),
      last: digestsOf(last),
      upTo: upTo ?? undefined,
      counts: new Map(counts.map(([table, count, sum]) => [table, `${count} ${sum}`])),
    },
    byRequest: report.byRequest ?? undefined,
    declared,
  };
}

function digestsOf(users: readonly (readonly [key: string, digest: string])[]): Digests {
  return new Map(users.map(([key, digest]) => [keyText(key), digest]));
}

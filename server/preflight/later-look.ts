import type { Configuration } from './configuration.js';
import type { Log } from '../observability/log.js';
import { problemInWords, type Positions } from '../../src/config/problems.js';
import type { Finding } from '../../src/config/finding.js';
import { siteFindings } from './site.js';

/** Writes findings into the log: what `davgate check` says in the same words. */
export function logFindings(findings: readonly Finding[], positions: Positions, log: Log): void {
  for (const finding of findings) {
    const fields = { finding: problemInWords(finding, positions) };
    if (finding.gravity === 'warning') log.warn(fields, 'not as it should be');
    else log.error(fields, 'not as it should be');
  }
}

/** Looks into the site's database while davgate answers already, and writes down what is not as it should be. */
export class LaterLook {
  readonly #log: Log;
  #looking = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Ends the look before, if that is not over. */
  begin({ declaration, site }: Pick<Configuration, 'declaration' | 'site'>): void {
    this.#looking.abort();
    const { signal } = (this.#looking = new AbortController());
    this.#done = siteFindings(declaration, site, signal).then(
      (findings) => {
        if (!signal.aborted) logFindings(findings, declaration.positions, this.#log);
      },
      (err: unknown) => {
        this.#log.warn({ err }, 'the site\u2019s database could not be looked through');
      },
    );
  }

  async close(): Promise<void> {
    this.#looking.abort();
    await this.#done;
  }
}

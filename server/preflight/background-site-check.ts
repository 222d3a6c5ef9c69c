import type { Configuration } from './configuration.js';
import type { Log } from '../observability/log.js';
import { problemInWords, type Positions, type Finding } from '../../src/config/problems.js';
import { siteFindings } from './site-findings.js';

/** Logs findings, in the same words as `davgate check`. */
export function logFindings(findings: readonly Finding[], positions: Positions, log: Log): void {
  for (const finding of findings) {
    const fields = { finding: problemInWords(finding, positions) };
    if (finding.gravity === 'warning') log.warn(fields, 'configuration problem');
    else log.error(fields, 'configuration problem');
  }
}

/** Checks the site's database after davgate has started to answer, and logs the problems. */
export class LaterLook {
  readonly #log: Log;
  #looking = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Starts a check, and cancels the previous one if it is still running. */
  begin({ declaration, site }: Pick<Configuration, 'declaration' | 'site'>): void {
    this.#looking.abort();
    const { signal } = (this.#looking = new AbortController());
    this.#done = siteFindings(declaration, site, signal).then(
      (findings) => {
        if (!signal.aborted) logFindings(findings, declaration.positions, this.#log);
      },
      (err: unknown) => this.#log.warn({ err }, 'the site\u2019s database could not be checked'),
    );
  }

  async close(): Promise<void> {
    this.#looking.abort();
    await this.#done;
  }
}

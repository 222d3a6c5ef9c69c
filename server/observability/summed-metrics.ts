import { AggregatorRegistry } from 'prom-client';
import { metricSnapshots, type MetricSnapshots } from './metric-snapshot.js';
import type { MetricsText } from './metrics.js';

/** Counts that must not go back when a process has ended. */
const lasting: ReadonlySet<string> = new Set(['counter', 'histogram']);

/** The metrics of several processes, added up; what one that has ended had counted still counts. */
export class SummedMetrics implements MetricsText {
  readonly contentType: string;
  readonly #current: () => Promise<readonly MetricSnapshots[]>;
  #ended: MetricSnapshots = [];

  /** @param current the snapshots of all processes that run */
  constructor(contentType: string, current: () => Promise<readonly MetricSnapshots[]>) {
    this.contentType = contentType;
    this.#current = current;
  }

  async text(): Promise<string> {
    return AggregatorRegistry.aggregate([...(await this.#current()), this.#ended]).metrics();
  }

  /** Keeps what a process has counted that has ended. @param last its last snapshot that is known */
  async keep(last: MetricSnapshots): Promise<void> {
    const counted = last.filter(({ type }) => lasting.has(type));
    this.#ended = metricSnapshots.parse(
      await AggregatorRegistry.aggregate([this.#ended, counted]).getMetricsAsJSON(),
    );
  }
}

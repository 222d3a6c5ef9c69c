import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { metricSnapshots, type MetricSnapshots } from './metric-snapshot.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';

export type LoginOutcome = 'accepted' | 'refused' | 'throttled';

/** Figures that other parts keep. They are read when a client requests the metrics. */
interface MetricsSources {
  readonly derivations: () => number;
  readonly waiting: () => number;
}

interface MeasuredRequest {
  readonly method: string;
  /** The kind of the requested share; undefined outside the shares. */
  readonly kind: DeclaredShare['kind'] | undefined;
  /** Undefined if the connection closed before there was a response. */
  readonly status: number | undefined;
  /** The time from reading the head of the request to the end of its response. */
  readonly seconds: number;
}

/**
 * The methods of RFC 9110 and RFC 4918, and those that svn sends (RFC 3253). Clients can invent others, which share one
 * label.
 */
const methods: ReadonlySet<string> = new Set(
  (
    'GET HEAD OPTIONS POST PUT PATCH DELETE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK ' +
    'REPORT MERGE CHECKOUT CHECKIN UNCHECKOUT MKACTIVITY MKWORKSPACE UPDATE LABEL VERSION-CONTROL BASELINE-CONTROL'
  ).split(' '),
);

/** In seconds: from a small file to an upload over a slow line. */
const buckets = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600];

/** Metrics as Prometheus reads them. */
export interface MetricsText {
  /** The Content-Type of {@link text}. */
  readonly contentType: string;
  /** All metrics in the Prometheus text format 0.0.4. */
  text(): Promise<string>;
}

/** The metrics of this process, in a separate registry. */
export class Metrics implements MetricsText {
  readonly #registry = new Registry();
  readonly #logins: Counter<'outcome'>;
  readonly #requests: Counter<'method' | 'kind' | 'status'>;
  readonly #verdicts: Counter<'by' | 'status'>;
  readonly #seconds: Histogram<'kind'>;
  /** A cache, because the library's lookup of a labelled counter costs more than the count itself. */
  readonly #counters = new Map<string, Counter.Internal>();
  readonly #histograms = new Map<string, Histogram.Internal<'kind'>>();
  #running = 0;

  constructor({ derivations, waiting }: MetricsSources) {
    const registers = [this.#registry];
    new Counter({
      name: 'davgate_password_derivations_total',
      help: 'Passwords derived, right or wrong',
      registers,
      collect() {
        this.reset();
        this.inc(derivations());
      },
    });
    new Gauge({
      name: 'davgate_password_derivations_waiting',
      help: 'Password derivations waiting for their turn',
      registers,
      collect() {
        this.set(waiting());
      },
    });
    const running = (): number => this.#running;
    new Gauge({
      name: 'davgate_requests_in_flight',
      help: 'Requests in progress',
      registers,
      collect() {
        this.set(running());
      },
    });
    this.#logins = new Counter({
      name: 'davgate_logins_total',
      help: 'Logins by password, without requests whose password is already verified',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['accepted', 'refused', 'throttled'] as const) this.#logins.inc({ outcome }, 0);
    this.#requests = new Counter({
      name: 'davgate_requests_total',
      help: 'Completed requests',
      labelNames: ['method', 'kind', 'status'],
      registers,
    });
    this.#verdicts = new Counter({
      name: 'davgate_guard_verdicts_total',
      help: 'Questions of other web servers that were answered, by the server and the status for its client',
      labelNames: ['by', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'davgate_request_seconds',
      help: 'Seconds from the head of a request to the end of its response',
      labelNames: ['kind'],
      buckets,
      registers,
    });
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** All metrics with their values, for {@link SummedMetrics}. */
  async snapshot(): Promise<MetricSnapshots> {
    return metricSnapshots.parse(await this.#registry.getMetricsAsJSON());
  }

  login(outcome: LoginOutcome): void {
    this.#logins.inc({ outcome });
  }

  /** @param by the server that asked @param status what its client gets */
  verdict(by: string, status: number): void {
    this.#verdicts.inc({ by, status });
  }

  requestBegun(): void {
    this.#running += 1;
  }

  requestEnded({ method: sent, kind: of, status: code, seconds }: MeasuredRequest): void {
    this.#running -= 1;
    const method = methods.has(sent) ? sent : 'other';
    const kind = of ?? 'none';
    const status = code === undefined ? 'none' : statusClass(code);
    const labels = `${method} ${kind} ${status}`;
    const counter = this.#counters.get(labels) ?? this.#requests.labels({ method, kind, status });
    this.#counters.set(labels, counter);
    counter.inc();
    const histogram = this.#histograms.get(kind) ?? this.#seconds.labels({ kind });
    this.#histograms.set(kind, histogram);
    histogram.observe(seconds);
  }
}

function statusClass(code: number): string {
  return `${Math.floor(code / 100)}xx`;
}

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { DeclaredShare } from '../../src/config/share-schema.js';

/** What came of a login, as the audit log has it. */
export type LoginOutcome = 'accepted' | 'refused' | 'throttled';

/** Figures that others keep; read when somebody asks for the metrics. */
export interface MetricsSources {
  /** Passwords derived so far. */
  readonly derivations: () => number;
  /** Derivations that wait for their turn. */
  readonly waiting: () => number;
}

/** A request whose answer is over. */
export interface MeasuredRequest {
  readonly method: string;
  /** Of the share that it was for, where it was for one. */
  readonly kind: DeclaredShare['kind'] | undefined;
  /** Undefined where the connection was gone before there was an answer. */
  readonly status: number | undefined;
  /** From when its head was read until its answer was out. */
  readonly seconds: number;
}

/** RFC 9110, RFC 4918 and what svn sends (RFC 3253); others are counted together, since anybody can make them up. */
const methods: ReadonlySet<string> = new Set(
  (
    'GET HEAD OPTIONS POST PUT PATCH DELETE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK ' +
    'REPORT MERGE CHECKOUT CHECKIN UNCHECKOUT MKACTIVITY MKWORKSPACE UPDATE LABEL VERSION-CONTROL BASELINE-CONTROL'
  ).split(' '),
);

/** Seconds: from a small file to an upload over a slow line. */
const buckets = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600];

/** What this process counts, in a registry of its own. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #logins: Counter<'outcome'>;
  readonly #requests: Counter<'method' | 'kind' | 'status'>;
  readonly #verdicts: Counter<'by' | 'status'>;
  readonly #seconds: Histogram<'kind'>;
  /** Looking a labelled child up in the library costs more than to count with it. */
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
      help: 'Password derivations that wait for their turn',
      registers,
      collect() {
        this.set(waiting());
      },
    });
    const running = (): number => this.#running;
    new Gauge({
      name: 'davgate_requests_in_flight',
      help: 'Requests that are being answered',
      registers,
      collect() {
        this.set(running());
      },
    });
    this.#logins = new Counter({
      name: 'davgate_logins_total',
      help: 'Logins by password; requests with a password that is known are none',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['accepted', 'refused', 'throttled'] as const) this.#logins.inc({ outcome }, 0);
    this.#requests = new Counter({
      name: 'davgate_requests_total',
      help: 'Requests whose answer is over',
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
      help: 'Seconds from the head of a request to the end of its answer',
      labelNames: ['kind'],
      buckets,
      registers,
    });
    collectDefaultMetrics({ register: this.#registry });
  }

  /** The Content-Type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All figures in Prometheus' text format 0.0.4. */
  text(): Promise<string> {
    return this.#registry.metrics();
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
    let counter = this.#counters.get(labels);
    if (!counter) {
      counter = this.#requests.labels({ method, kind, status });
      this.#counters.set(labels, counter);
    }
    counter.inc();
    let histogram = this.#histograms.get(kind);
    if (!histogram) {
      histogram = this.#seconds.labels({ kind });
      this.#histograms.set(kind, histogram);
    }
    histogram.observe(seconds);
  }
}

function statusClass(code: number): string {
  return `${Math.floor(code / 100)}xx`;
}

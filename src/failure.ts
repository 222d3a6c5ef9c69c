/**
 * The kinds of failures, named by what they mean. Code throws a kind; only {@link statusOf} knows numbers. Statuses:
 * RFC 9110 section 15, RFC 4918 section 11, RFC 6585.
 */
const statuses = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  conflict: 409,
  'parent-missing': 409,
  'precondition-failed': 412,
  'too-large': 413,
  'name-too-long': 414,
  'unsupported-media-type': 415,
  'range-not-satisfiable': 416,
  'expectation-failed': 417,
  unprocessable: 422,
  locked: 423,
  'failed-dependency': 424,
  'too-many-requests': 429,
  'too-many-fields': 431,
  internal: 500,
  'not-implemented': 501,
  'foreign-destination': 502,
  'upstream-unreachable': 502,
  unavailable: 503,
  'upstream-timeout': 504,
  'insufficient-storage': 507,
} as const;

export type FailureKind = keyof typeof statuses;

/** Whether a text from another process names a kind. */
export function isFailureKind(text: unknown): text is FailureKind {
  return typeof text === 'string' && Object.hasOwn(statuses, text);
}

export function statusOf(kind: FailureKind): number {
  return statuses[kind];
}

interface FailureDetails {
  /** The underlying error, for the log; never shown to a client. */
  readonly cause?: unknown;
  /** What the log tells the administrator besides the message; never shown to a client. */
  readonly advice?: string;
  /** The precondition or postcondition element of RFC 4918 section 16 that names this failure. */
  readonly condition?: string;
  /** The resources that the condition's element names, as hrefs. */
  readonly hrefs?: readonly string[];
  /** Header fields that the answer must have, such as Allow or Retry-After. */
  readonly headers?: readonly (readonly [string, string])[];
}

/** A refusal and its reason; thrown as a {@link Failure}, or only reported. */
export interface Refusal {
  readonly failure: FailureKind;
  readonly sentence: string;
}

/** A request that cannot be done. The message is for a person: it contains no file-system path and no secret. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  readonly advice: string | undefined;
  readonly condition: string | undefined;
  readonly hrefs: readonly string[];
  readonly headers: readonly (readonly [string, string])[];

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.advice = details.advice;
    this.condition = details.condition;
    this.hrefs = details.hrefs ?? [];
    this.headers = details.headers ?? [];
  }
}

/** Something that passes. @param seconds after which to try again */
export function busy(sentence: string, seconds: number): Failure {
  return new Failure('unavailable', sentence, { headers: [['Retry-After', String(seconds)]] });
}

/** Whether `error` is a failure and, if kinds are given, of one of them. */
export function isFailure(error: unknown, ...kinds: readonly FailureKind[]): error is Failure {
  return error instanceof Failure && (kinds.length === 0 || kinds.includes(error.kind));
}

/** `error` itself if it is a failure; otherwise an internal failure with it as the cause. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure('internal', 'The server could not do this.', { cause: error });
}

import { pino, type DestinationStream } from 'pino';

/** A log of JSON lines. Callers pass named fields, never whole requests, which contain passwords. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Writes lines with an ISO time and the level's name. */
export function createLog(destination: DestinationStream): Log {
  return pino(
    {
      base: null,
      timestamp: timestamps(),
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    destination,
  );
}

/** The time in ISO 8601, in pino's format. Formats the part that lines of the same second share only once. */
function timestamps(): () => string {
  let second = Number.NaN;
  let shared = '';
  return () => {
    const now = Date.now();
    const milliseconds = now % 1000;
    if (now - milliseconds !== second) {
      second = now - milliseconds;
      shared = `,"time":"${new Date(second).toISOString().slice(0, -4)}`;
    }
    return `${shared}${String(milliseconds).padStart(3, '0')}Z"`;
  };
}

interface DescribedError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly stack?: string | undefined;
  readonly cause?: DescribedError;
}

/**
 * Describes an error and its causes. Copies known fields only, since libraries attach requests and credentials to
 * errors.
 */
function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
  return {
    name: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined || depth > 4 ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}

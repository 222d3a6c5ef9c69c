import { pino, type DestinationStream } from 'pino';

/** A log of JSON lines. Callers pass named fields, never whole requests: those hold passwords. */
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

/** The time as pino wants it, in ISO 8601; what lines of the same second share is made once. */
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

/** An error and its causes; only known fields, since libraries hang requests and credentials on their errors. */
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

import { isIP } from 'node:net';
import { Failure } from '../../failure.js';
import type { DatabaseLocation, TlsFiles } from '../../database/location.js';
import type { DatabaseReport } from './report.js';

/** What decides about a database besides its entry in DATABASES. */
export interface Surroundings {
  /** Absolute: where relative paths of the settings start. */
  readonly project: string;
  /** The environment that the site runs in; client libraries look into it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The operating system's name for whom this process runs as, where it has one. */
  readonly systemUser?: string | undefined;
}

export interface FoundDatabase {
  readonly location: DatabaseLocation<TlsFiles>;
  readonly warnings: readonly string[];
}

/** A site's setting that is understood, and that davgate cannot follow. */
export function refusal(message: string): Failure {
  return new Failure('not-implemented', message);
}

/** An option of DATABASES that is a text or a number; undefined where it is missing or empty. */
export function optionOf({ options }: DatabaseReport, name: string): string | undefined {
  return textOf(options[name]);
}

/** @returns undefined for the empty text too, as Django takes it */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @throws Failure where it is no port */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw refusal(`DATABASES has the port "${text}".`);
}

/** Whether a host name or address is this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

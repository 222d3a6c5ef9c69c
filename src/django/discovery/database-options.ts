import { isIP } from 'node:net';
import { Failure } from '../../failure.js';
import type { DatabaseLocation, TlsFiles } from '../../database/location.js';
import type { DatabaseReport } from './report.js';

/** What determines a database besides its entry in DATABASES. */
export interface Surroundings {
  /** Absolute: relative paths in the settings start here. */
  readonly project: string;
  /** The environment in which the site runs; client libraries read it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The operating system's name for the user of this process, if there is one. */
  readonly systemUser?: string | undefined;
}

export interface FoundDatabase {
  readonly location: DatabaseLocation<TlsFiles>;
  readonly warnings: readonly string[];
}

/** A setting of the site that davgate recognizes but cannot follow. */
export function refusal(message: string): Failure {
  return new Failure('not-implemented', message);
}

/** An option of DATABASES that is a text or a number; undefined if it is missing or empty. */
export function optionOf({ options }: DatabaseReport, name: string): string | undefined {
  return textOf(options[name]);
}

/** @returns undefined for an empty text too, as in Django */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @throws Failure if it is not a port */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw refusal(`DATABASES has an invalid port, "${text}".`);
}

/** Whether a host name or address is this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

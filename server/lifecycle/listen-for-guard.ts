import { Closers } from '../../src/async/closers.js';
import type { LimitsDeclaration } from '../../src/config/limits.js';
import type { HandedOver } from '../listener/connection-source.js';
import { listenForApache } from '../listener/fastcgi-server.js';
import { listenForServers, type GuardOffice } from '../listener/guard-server.js';
import type { Log } from '../observability/log.js';
import type { Places } from './begun.js';
import type { CurrentGeneration } from './current-generation.js';

/** Milliseconds that a verdict may take once the process is asked to end. */
const grace = 2000;

/**
 * Listens for the servers that ask, where the declaration says so; what they are told is from the generation of the moment.
 * @returns what ends it
 * @throws Failure `unavailable` for a port that could not be had
 */
export async function listenForGuard(
  generations: CurrentGeneration,
  places: Pick<Places, 'guard.http' | 'guard.fastcgi'>,
  limits: LimitsDeclaration,
  log: Log,
  handed: Partial<Record<'guard.http' | 'guard.fastcgi', HandedOver>> = {},
): Promise<() => Promise<void>> {
  const current = () => generations.current.composition.guard;
  const office: GuardOffice = {
    mayAsk: (address) => current()?.proxies.has(address) ?? false,
    judge: (asked) => generations.current.judge(asked),
  };
  const closers = new Closers();
  try {
    const { 'guard.http': http, 'guard.fastcgi': fastcgi } = places;
    if (http) {
      const server = await listenForServers({
        host: http.host,
        port: http.port,
        handed: handed['guard.http'],
        office,
        limits,
        log,
      });
      closers.add(() => server.stop(grace));
    }
    if (fastcgi) {
      const secret = (): string | undefined => current()?.secret;
      const server = await listenForApache({
        host: fastcgi.host,
        port: fastcgi.port,
        handed: handed['guard.fastcgi'],
        office,
        secret,
        limits,
        log,
      });
      closers.add(() => server.stop(grace));
    }
  } catch (error) {
    await closers.close();
    throw error;
  }
  return () => closers.close();
}

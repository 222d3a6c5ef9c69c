import type { LimitsDeclaration } from '../../src/config/limits.js';
import { Failure } from '../../src/failure.js';
import type { HandedOver } from '../listener/connection-source.js';
import { listen, type RunningServer } from '../listener/http-server.js';
import { portTrouble, type ListenPlace } from '../listener/port-errors.js';
import type { Log } from '../observability/log.js';
import type { CurrentGeneration } from './current-generation.js';

/** How long running requests get to finish when davgate stops, in milliseconds. */
export const grace = 25_000;

/** Answers requests from the generation of the moment. @throws Failure `unavailable` if the port cannot be opened */
export async function listenForClients(
  generations: CurrentGeneration,
  place: ListenPlace,
  limits: LimitsDeclaration,
  log: Log,
  handed?: HandedOver,
): Promise<RunningServer> {
  try {
    return await listen((req, res) => generations.handle(req, res), {
      host: place.host,
      port: place.port,
      handed,
      limits: {
        ...limits,
        isProxy: (address) => generations.current.composition.parts.trustedProxies.has(address),
      },
      log,
    });
  } catch (cause) {
    throw new Failure('unavailable', `"listen": ${portTrouble('listen', place, cause)}.`, { cause });
  }
}

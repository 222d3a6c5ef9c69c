import { createServer } from 'node:net';
import { once } from 'node:events';
import { portTrouble, type ListenPlace, type Listener } from '../listener/port-errors.js';
import { errorCode } from '../../src/config/files.js';
import { finding, type Finding } from '../../src/config/problems.js';

/** Whether the ports are free. A port that is in use may belong to a davgate that is already running. */
export async function listenFindings(
  places: Readonly<Partial<Record<Listener, ListenPlace>>>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const listener of ['listen', 'metrics', 'guard.http', 'guard.fastcgi'] as const) {
    const place = places[listener];
    const error = place && (await refusalOf(place));
    if (!place || error === undefined) continue;
    const taken = errorCode(error) === 'EADDRINUSE';
    const unless = taken ? ' (unless that process is a davgate that is already running)' : '';
    const message = `${portTrouble(listener, place, error)}${unless}`;
    findings.push(finding(taken ? 'warning' : 'refusal', listener, message));
  }
  return findings;
}

async function refusalOf({ host, port }: ListenPlace): Promise<unknown> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return error;
  } finally {
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  }
}

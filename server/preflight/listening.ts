import { createServer } from 'node:net';
import { once } from 'node:events';
import { portTrouble, type ListenPlace, type Listener } from '../listener/port-trouble.js';
import { errorCode } from '../../src/config/files.js';
import type { Finding } from '../../src/config/finding.js';

/** Whether the ports can be had now; a taken one may well be taken by the davgate that runs already. */
export async function listenFindings(
  places: Readonly<Partial<Record<Listener, ListenPlace>>>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const listener of ['listen', 'metrics', 'guard.http', 'guard.fastcgi'] as const) {
    const place = places[listener];
    const error = place && (await refusalOf(place));
    if (!place || error === undefined) continue;
    const taken = errorCode(error) === 'EADDRINUSE';
    findings.push({
      gravity: taken ? 'warning' : 'refusal',
      place: listener,
      message: `${portTrouble(listener, place, error)}${taken ? ' (unless this is the davgate that runs already)' : ''}`,
    });
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

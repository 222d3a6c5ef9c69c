import { createServer } from 'node:net';
import { once } from 'node:events';
import { errorCode } from '../../src/config/files.js';
import type { Finding } from './finding.js';

/** What listens: davgate itself, or the metrics. */
export type Listener = 'listen' | 'metrics';

export interface ListenPlace {
  readonly host: string;
  readonly port: number;
}

/** Why a port could not be had, and what to do. @param error Node's */
export function portTrouble(listener: Listener, { host, port }: ListenPlace, error: unknown): string {
  const key = listener === 'listen' ? 'PORT or "listen.port"' : '"metrics.port"';
  const hostKey = listener === 'listen' ? 'HOST or "listen.host"' : '"metrics.host"';
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return (
        `port ${port} of ${host} is taken by another process: \`ss -ltnp 'sport = :${port}'\` names it; ` +
        `end it, or set ${key} to another port`
      );
    case 'EACCES':
      return (
        `port ${port} of ${host} may not be opened by this user: set ${key} to one from 1024 up, with a proxy in front, ` +
        'or give the service CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=)'
      );
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine (\`ip address\` lists them): set ${hostKey} to one, or to 0.0.0.0 for all`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name ${host} cannot be looked up: set ${hostKey} to an address of this machine`;
    case 'EAFNOSUPPORT':
      return `this machine has no addresses of the kind of ${host}: set ${hostKey} to another`;
    default:
      return `port ${port} of ${host} cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Whether the ports can be had now; a taken one may well be taken by the davgate that runs already. */
export async function listenFindings(
  places: Readonly<Partial<Record<Listener, ListenPlace>>>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const listener of ['listen', 'metrics'] as const) {
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

import { errorCode } from '../../src/config/files.js';

/** What listens: davgate itself, the metrics, or what other servers ask. */
export type Listener = 'listen' | 'metrics' | 'guard.http' | 'guard.fastcgi';

export interface ListenPlace {
  readonly host: string;
  readonly port: number;
}

/** Why a port could not be had, and what to do. @param error Node's */
export function portTrouble(listener: Listener, { host, port }: ListenPlace, error: unknown): string {
  const key = listener === 'listen' ? 'PORT or "listen.port"' : `"${listener}.port"`;
  const hostKey = listener === 'listen' ? 'HOST or "listen.host"' : `"${listener}.host"`;
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

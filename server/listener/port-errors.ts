import { errorCode } from '../../src/config/files.js';

/** The listener: davgate itself, its metrics, or the ports at which other servers ask. */
export type Listener = 'listen' | 'metrics' | 'guard.http' | 'guard.fastcgi';

export interface ListenPlace {
  readonly host: string;
  readonly port: number;
}

/** Why a port cannot be opened, and what to do. @param error the error from Node */
export function portTrouble(listener: Listener, { host, port }: ListenPlace, error: unknown): string {
  const key = listener === 'listen' ? 'PORT or "listen.port"' : `"${listener}.port"`;
  const hostKey = listener === 'listen' ? 'HOST or "listen.host"' : `"${listener}.host"`;
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return (
        `port ${port} of ${host} is in use by another process: \`ss -ltnp 'sport = :${port}'\` names it; ` +
        `stop it, or set ${key} to another port`
      );
    case 'EACCES':
      return (
        `this user may not open port ${port} of ${host}: set ${key} to 1024 or higher, with a proxy in front, ` +
        'or give the service CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=)'
      );
    case 'EADDRNOTAVAIL':
      return `${host} is not an address of this machine (\`ip address\` lists them): set ${hostKey} to one of them, or to 0.0.0.0 for all`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name ${host} cannot be looked up: set ${hostKey} to an address of this machine`;
    case 'EAFNOSUPPORT':
      return `this machine does not support the address family of ${host}: set ${hostKey} to another address`;
    default:
      return `port ${port} of ${host} cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
  }
}

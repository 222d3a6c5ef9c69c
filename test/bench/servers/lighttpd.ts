import { freePort } from '../../clients/helpers/free-port.js';
import type { Peer } from '../peer.js';
import { startConfigured, type OpenServerOptions } from './program.js';

/** lighttpd with mod_webdav, in one process, as its manual advises. */
export async function startLighttpd({ documents, work }: OpenServerOptions): Promise<Peer> {
  const port = await freePort();
  return startConfigured(['lighttpd', '-D', '-f'], port, `${work}/lighttpd.conf`, [
    'server.modules = ( "mod_webdav" )',
    'server.bind = "127.0.0.1"',
    `server.port = ${port}`,
    `server.document-root = "${documents}"`,
    `server.errorlog = "${work}/lighttpd.log"`,
    `server.upload-dirs = ( "${work}" )`,
    'server.max-keep-alive-requests = 65535',
    'server.max-keep-alive-idle = 600',
    'server.max-connections = 4096',
    'server.max-fds = 16384',
    // Without a type, it gives no entity tag.
    'mimetype.assign = ( ".txt" => "text/plain", "" => "application/octet-stream" )',
    'webdav.activate = "enable"',
    `webdav.sqlite-db-name = "${work}/lighttpd.sqlite"`,
  ]);
}

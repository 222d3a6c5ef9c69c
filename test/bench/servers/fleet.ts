import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { login } from '../../clients/helpers/davgate.js';
import { onServerCores, type Cores } from '../cores.js';
import { basic, type Recipient } from '../load/requests.js';
import type { Peer } from '../peer.js';
import type { PeerName } from '../rows.js';
import { startOpenApache } from './apache.js';
import { startDavgate } from './davgate.js';
import { startFloor } from './floor.js';
import { startLighttpd } from './lighttpd.js';
import { startModWsgi } from './mod-wsgi.js';
import { startNginx } from './nginx.js';
import type { OpenServerOptions } from './program.js';
import { startRclone } from './rclone.js';
import { ownFolder, type Site } from './site.js';

/** A server of the bench. */
export interface Server extends Peer, Recipient {
  readonly name: PeerName;
  /** The path of the folder that it writes into, with and without a sync. */
  readonly durable: string;
  readonly relaxed: string;
}

/** Starts servers, each any number of times. */
export class Fleet {
  readonly #site: Site;
  readonly #cores: Cores;
  #started = 0;

  constructor(site: Site, cores: Cores) {
    this.#site = site;
    this.#cores = cores;
  }

  /** @param workers how many davgate has; by default, one for each processor @returns undefined if it is not installed */
  async start(name: PeerName, workers = this.#cores.servers.length): Promise<Server | undefined> {
    this.#started += 1;
    const work = join(this.#site.work, `${name}-${this.#started}`);
    await mkdir(work);
    await chmod(work, 0o777);
    const options = { documents: this.#site.documents, work, cores: this.#cores.servers.length };
    const peer = await onServerCores(this.#cores, () => this.#start(name, options, workers));
    if (!peer) return undefined;
    const durable = `/files/${ownFolder(name)}`;
    const isGuarded = name === 'davgate' || name === 'mod_wsgi';
    return {
      ...peer,
      name,
      port: Number(new URL(peer.url).port),
      ...(isGuarded ? { authorization: basic('alice', login('alice').split(':')[1] ?? '') } : {}),
      durable,
      relaxed: name === 'davgate' ? `/relaxed/${ownFolder(name)}` : durable,
    };
  }

  #start(name: PeerName, options: OpenServerOptions, workers: number): Promise<Peer | undefined> {
    const site = this.#site;
    switch (name) {
      case 'davgate':
        return startDavgate(site, { workers, name: `davgate-${this.#started}` });
      case 'apache':
        return startOpenApache({
          ...options,
          repositories: site.repositories,
          probe: '/files/small.txt',
        });
      case 'mod_wsgi':
        return startModWsgi(site, options.work);
      case 'nginx':
        return startNginx(options);
      case 'lighttpd':
        return startLighttpd(options);
      case 'rclone':
        return startRclone(options);
      case 'floor':
        return startFloor(options);
    }
  }
}

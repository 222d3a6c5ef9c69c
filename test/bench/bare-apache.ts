import { join } from 'node:path';
import { startBareApache as start } from '../clients/helpers/bare-apache.js';
import type { Peer } from './peer.js';

/**
 * Starts an Apache with the same configuration as davgate's own, less what keeps others out, that also serves the
 * sample's files.
 * @param sample the sample's folder; the other user that Apache runs as must reach it, as `work`
 */
export async function startBareApache(sample: string, work: string): Promise<Peer> {
  const apache = await start({
    repositories: join(sample, 'svn'),
    work,
    documents: sample,
    probe: '/svn/sample/',
  });
  return { url: apache.url, pid: apache.process.pid ?? 0, end: () => apache.end() };
}

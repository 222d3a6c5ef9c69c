import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { login, sampleDavgate } from '../clients/helpers/davgate.js';
import { startBareApache } from './bare-apache.js';
import { manyGets } from './many-gets.js';
import { alternately, report } from './measuring.js';

const path = '/media/visitor-guide.pdf';
const requests = 20_000;

/** A small file with a password in every request, against a bare Apache that asks for none. */
export async function smallGet(): Promise<void> {
  const davgate = await sampleDavgate();
  const work = await mkdtemp(join(tmpdir(), 'davgate-bench-'));
  for (const folder of [davgate.folder, work]) await chmod(folder, 0o755);
  const apache = await startBareApache(davgate.folder, work);
  try {
    const medians = await alternately(
      5,
      async () => 1000 / (await manyGets(davgate.url + path, requests, ['-A', login('alice')])),
      async () => 1000 / (await manyGets(apache.url + path, requests)),
    );
    report(
      'seconds for 1,000 GETs of a small file with authentication, 16 at once',
      ['davgate', 'bare Apache'],
      medians,
    );
  } finally {
    await apache.end();
    await davgate.dispose();
    await rm(work, { recursive: true, force: true });
  }
}

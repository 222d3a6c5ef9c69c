import { pbkdf2Sync } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { login, makeSample } from '../clients/helpers/davgate.js';
import { manyGets, processorTime } from './many-gets.js';
import { alternately, report, median } from './measuring.js';
import { startServer, type Peer } from './peer.js';

const path = '/media/visitor-guide.pdf';
const iterations = 1_000_000;
const requests = 5000;
const rounds = 25;

/**
 * What authentication costs a request: a small file with a password in every request, against the same server that lets
 * everybody in and is sent no password.
 */
export async function authentication(): Promise<void> {
  const folder = await makeSample();
  const peers: Peer[] = [];
  try {
    setPassword(folder, 'alice', 'alice-demo');
    const declaration = join(folder, 'shares.json');
    const guarded = await startServer('server/main.js', declaration);
    peers.push(guarded);
    const open = await startServer('test/bench/open-davgate.js', declaration);
    peers.push(open);
    const ours = measured(guarded, ['-A', login('alice')]);
    const theirs = measured(open, []);
    const names = ['with authentication', 'without'] as const;
    const rates = await alternately(rounds, ours.rate, theirs.rate);
    report(`GETs of a small file a second, PBKDF2 with ${iterations} iterations`, names, rates);
    report('microseconds of processor time for each', names, {
      ours: median(ours.times),
      theirs: median(theirs.times),
    });
  } finally {
    for (const peer of peers) await peer.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Asks one server; `times` collects the microseconds of processor time that it took for a request. */
function measured({ url, pid }: Peer, args: readonly string[]) {
  const times: number[] = [];
  const rate = async (): Promise<number> => {
    const before = await processorTime(pid);
    const perSecond = await manyGets(url + path, requests, args);
    times.push(((await processorTime(pid)) - before) / 1000 / requests);
    return perSecond;
  };
  return { times, rate };
}

function setPassword(sample: string, user: string, password: string): void {
  const salt = 'benchmark';
  const hash = pbkdf2Sync(password, salt, iterations, 32, 'sha256').toString('base64');
  const database = new Database(join(sample, 'django-site', 'db.sqlite3'));
  const encoded = `pbkdf2_sha256$${iterations}$${salt}$${hash}`;
  database.prepare('UPDATE auth_user SET password = ? WHERE username = ?').run(encoded, user);
  database.close();
}

import { parentPort, workerData } from 'node:worker_threads';
import { openStateDatabase, type StateLocation } from '../../src/state/database.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { onServer } from '../helpers/paths.js';

/** What a contender is told. */
export interface Contest {
  readonly location: StateLocation;
  /** Locks to race for, one after another. */
  readonly rounds: number;
  readonly contenders: number;
  /** Counts who is ready to open the database, and then who has arrived at the start of each round. */
  readonly arrivals: Int32Array;
}

function isContest(value: unknown): value is Contest {
  return typeof value === 'object' && value !== null && 'arrivals' in value;
}

/** Waits until every contender is here, so that all act at the same moment. */
function meet({ arrivals, contenders }: Contest, point: number): void {
  let here = Atomics.add(arrivals, point, 1) + 1;
  Atomics.notify(arrivals, point);
  while (here < contenders) {
    if (Atomics.wait(arrivals, point, here, 20_000) === 'timed-out')
      throw new Error('A contender is missing.');
    here = Atomics.load(arrivals, point);
  }
}

/** Opens the database and races for each lock; tells whether it got it. */
async function contend(contest: Contest): Promise<boolean[]> {
  meet(contest, 0);
  const database = await openStateDatabase(contest.location);
  const store = new SqlLockStore(database, Date.now);
  const won: boolean[] = [];
  for (let round = 0; round < contest.rounds; round += 1) {
    meet(contest, round + 1);
    const outcome = await store.acquire({
      root: onServer(round % 2 === 0 ? `/${round}` : `/${round}/${'x'.repeat((round % 7) + 1)}`),
      depth: 'infinity',
      scope: 'exclusive',
      principal: 'alice',
      owner: '',
      timeoutSeconds: 600,
    });
    won.push('granted' in outcome);
  }
  await database.destroy();
  return won;
}

const contest: unknown = workerData;
if (isContest(contest)) parentPort?.postMessage(await contend(contest));

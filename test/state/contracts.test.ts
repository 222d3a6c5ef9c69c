import type { PropertyQuota } from '../../src/dav/properties/property-store.js';
import type { StateDatabase } from '../../src/state/database.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import type { SpaceMeter } from '../../src/storage/space-meter.js';
import { lockStoreContract } from '../contracts/lock-store-contract.js';
import { lockStoreModel } from '../contracts/lock-store-model.js';
import { propertyLimitsContract } from '../contracts/property-limits-contract.js';
import { propertyStoreContract } from '../contracts/property-store-contract.js';
import { databases, openState } from './databases.js';

const unlimited = { perResource: Infinity, perUser: Infinity, perShare: Infinity };

for (const database of await databases()) {
  propertyStoreContract(
    database.name,
    async (t) => new SqlPropertyStore(await openState(t, await database.locate(t)), unlimited),
  );
  propertyLimitsContract(database.name, async (t, limits, number, quota) => {
    const location = await database.locate(t);
    const quotas = new Map(quota ? [[quota.share, quotaOf(quota.meter)]] : []);
    const one = await openState(t, location);
    // A process has one connection to a SQLite file: two would wait for each other in the one thread.
    const others = Array.from({ length: number - 1 }, () =>
      location.kind === 'sqlite' ? Promise.resolve(one) : openState(t, location),
    );
    const storeIn = (state: StateDatabase) => new SqlPropertyStore(state, limits, quotas);
    return [storeIn(one), ...(await Promise.all(others)).map(storeIn)];
  });
  for (const suite of [lockStoreContract, lockStoreModel]) {
    suite(
      database.name,
      async (t, now) => new SqlLockStore(await openState(t, await database.locate(t)), now),
    );
  }
}

function quotaOf(meter: SpaceMeter): PropertyQuota {
  return {
    reserve: () => Promise.resolve(meter.reserve()),
    countElsewhere: (bytes) => {
      meter.count(bytes);
      return Promise.resolve();
    },
    beginElsewhere: (bytes) => {
      meter.count(bytes);
      return Promise.resolve();
    },
  };
}

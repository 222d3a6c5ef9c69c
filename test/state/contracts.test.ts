import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import { lockStoreContract } from '../contracts/lock-store-contract.js';
import { lockStoreModel } from '../contracts/lock-store-model.js';
import { propertyStoreContract } from '../contracts/property-store-contract.js';
import { propertyLimits } from '../dav/limits.js';
import { databases, openState } from './databases.js';

for (const database of await databases()) {
  propertyStoreContract(
    database.name,
    async (t) => new SqlPropertyStore(await openState(t, await database.locate(t)), propertyLimits),
  );
  for (const suite of [lockStoreContract, lockStoreModel]) {
    suite(
      database.name,
      async (t, now) => new SqlLockStore(await openState(t, await database.locate(t)), now),
    );
  }
}

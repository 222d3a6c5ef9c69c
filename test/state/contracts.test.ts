import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import { lockStoreContract } from '../contracts/lock-store-contract.js';
import { lockStoreModel } from '../contracts/lock-store-model.js';
import { propertyStoreContract } from '../contracts/property-store-contract.js';
import { databases } from './databases.js';

for (const database of databases) {
  propertyStoreContract(database.name, async (t) => new SqlPropertyStore(await database.open(t)));
  for (const suite of [lockStoreContract, lockStoreModel]) {
    suite(database.name, async (t, now) => new SqlLockStore(await database.open(t), now));
  }
}

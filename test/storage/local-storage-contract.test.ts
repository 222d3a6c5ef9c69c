import { byPath } from '../../src/storage/local/held.js';
import { storageContract } from '../contracts/storage-contract.js';
import { localOptions, localStorage } from './local-setting.js';

for (const durability of ['relaxed', 'full'] as const) {
  storageContract(
    `a local folder with ${durability} durability`,
    (t) => localStorage(t, { ...localOptions, durability }).storage,
  );
}

storageContract(
  'a local folder of a system without descriptors of paths',
  (t) => localStorage(t, { ...localOptions, reach: byPath }).storage,
);

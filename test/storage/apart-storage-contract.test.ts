import { storageContract } from '../contracts/storage-contract.js';
import { apartStorage } from './apart-setting.js';

for (const durability of ['relaxed', 'full'] as const) {
  storageContract(
    `a folder served by a process of its own with ${durability} durability`,
    (t) => apartStorage(t, durability).storage,
  );
}

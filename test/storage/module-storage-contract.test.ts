import { v2 } from 'webdav-server';
import { ModuleStorage } from '../../src/storage/module/module-storage.js';
import { storageContract } from '../contracts/storage-contract.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';

storageContract(
  'webdav-server\u2019s VirtualFileSystem',
  (t) => new ModuleStorage(new v2.VirtualFileSystem(), temporaryFolder(t)),
);

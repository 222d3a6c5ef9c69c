import { v2 } from 'webdav-server';
import { limitedStorage } from '../../src/storage/limited-storage.js';
import { ModuleStorage } from '../../src/storage/module/module-storage.js';
import { storageContract } from '../contracts/storage-contract.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { localStorage } from './local-setting.js';

const plenty = 1024 ** 3;

storageContract('a local folder with a quota', (t) => limitedStorage(localStorage(t).storage, plenty));

storageContract('webdav-server\u2019s VirtualFileSystem with a quota', (t) =>
  limitedStorage(new ModuleStorage(new v2.VirtualFileSystem(), temporaryFolder(t)), plenty),
);

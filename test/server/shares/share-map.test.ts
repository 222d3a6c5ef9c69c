import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ShareMap } from '../../../server/shares/share-map.js';
import { Policy } from '../../../src/access/policy.js';
import { LocalStorage } from '../../../src/storage/local/local-storage.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';
import { inShare, onServer } from '../../helpers/paths.js';
import { localOptions } from '../../storage/local-setting.js';
import { unservedShare } from './unserved-share.js';

const anyone = { staff: false, superuser: false };
const policy = new Policy([{ path: inShare('/'), read: anyone, write: anyone }]);

test('a Mac\u2019s spelling leads to nothing that a guard holds', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, '\u00fc'));
  writeFileSync(join(folder, '\u00fc', 'index.php'), 'x');
  writeFileSync(join(folder, '\u00e4'), 'x');
  const shares = new ShareMap();
  shares.fill([
    { ...unservedShare('webdav', '/pub', policy), files: new LocalStorage(folder, localOptions) },
    unservedShare('guard', '/pub/\u00fc', policy),
  ]);
  const found = await shares.find(onServer('/pub/u\u0308/index.php'), 'WebDAVFS/3.0');
  assert.deepEqual(found, { path: '/pub/\u00fc/index.php', located: undefined });
  const other = await shares.find(onServer('/pub/a\u0308'), 'WebDAVFS/3.0');
  assert.equal(other.located?.inside, '/\u00e4');
});

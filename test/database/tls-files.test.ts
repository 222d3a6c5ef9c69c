import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDatabaseUrl } from '../../src/database/database-url.js';
import { readTlsFiles } from '../../src/database/tls-files.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';

function location(query: string, folder: string) {
  const parsed = parseDatabaseUrl(`postgresql://u:secret@db/name?${query}`, folder);
  assert.ok(typeof parsed !== 'string');
  return readTlsFiles(parsed);
}

test('the texts of the files take their place', (t) => {
  const folder = temporaryFolder(t);
  for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, name), `the ${name}`);
  const found = location('sslmode=verify-full&sslrootcert=ca&sslcert=cert&sslkey=key', folder);
  assert.ok(typeof found !== 'string' && found.kind === 'postgresql');
  assert.deepEqual(found.server.tls, { verify: true, ca: 'the ca', cert: 'the cert', key: 'the key' });
  assert.equal(found.server.password, 'secret');
});

test('what names no files stays as it is', (t) => {
  const folder = temporaryFolder(t);
  const clear = location('sslmode=disable', folder);
  assert.ok(typeof clear !== 'string' && clear.kind === 'postgresql');
  assert.equal(clear.server.tls, undefined);
  const encrypted = location('sslmode=require', folder);
  assert.ok(typeof encrypted !== 'string' && encrypted.kind === 'postgresql');
  assert.deepEqual(encrypted.server.tls, { verify: false });
  assert.deepEqual(readTlsFiles({ kind: 'sqlite', file: '/db' }), { kind: 'sqlite', file: '/db' });
});

test('a file that cannot be read is told, and the password is not', (t) => {
  const folder = temporaryFolder(t);
  const found = location('sslmode=require&sslrootcert=none.pem', folder);
  assert.ok(typeof found === 'string');
  assert.match(found, /^A TLS file cannot be read: ENOENT.*none\.pem/);
  assert.ok(!found.includes('secret'));
});

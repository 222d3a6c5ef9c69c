import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { projectFolder } from '../../clients/helpers/davgate.js';
import { outcomeOf } from '../../clients/helpers/programs.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';

const command = join(projectFolder, 'dist/server/cli/davgate.js');
const sample = join(projectFolder, 'repos-sample/django-site/db.sqlite3');

/** A declaration with a share of a storage module's. */
function declared(t: TestContext, module: string): string {
  const folder = temporaryFolder(t);
  copyFileSync(sample, join(folder, 'db.sqlite3'));
  writeFileSync(join(folder, 'storage.mjs'), module);
  const file = join(folder, 'shares.json');
  const shares = [{ path: '/a', kind: 'webdav', storage: { module: './storage.mjs' } }];
  const django = { database: 'sqlite:./db.sqlite3' };
  writeFileSync(file, JSON.stringify({ listen: { port: 0 }, django, shares }));
  return file;
}

/** No stack, whose lines begin so. */
const stack = /^ {4}at /m;

describe('a command ends with a sentence and one of its exit codes where a storage module', () => {
  const modules: readonly (readonly [what: string, text: string, says: RegExp])[] = [
    ['ends the process while it loads', 'process.exit(7);', /ended before check finished/],
    ['ends it as if all were well', 'export default () => process.exit(0);', /ended before check finished/],
    [
      'throws when nobody waits for it',
      "setTimeout(() => { throw new Error('too late'); }, 0);\nawait new Promise((done) => setTimeout(done, 500));",
      /uncaught error, perhaps from a storage module: too late \(at .*storage\.mjs:1/,
    ],
    [
      'rejects when nobody waits for it',
      'Promise.reject(null);\nawait new Promise((done) => setTimeout(done, 500));',
      /uncaught error, perhaps from a storage module: /,
    ],
    ['throws nothing', 'export default () => { throw null; };', /could not be loaded: it threw null$/m],
    ['never loads', 'await new Promise(() => {});', /could not be loaded: it takes longer than 10 s/],
  ];
  for (const [what, text, says] of modules) {
    test(what, async (t) => {
      const { code, error } = await outcomeOf(process.execPath, [command, 'check', declared(t, text)]);
      assert.equal(code, 1);
      assert.match(error, says);
      assert.doesNotMatch(error, stack);
    });
  }

  test('ends the process while davgate starts', async (t) => {
    const file = declared(t, 'process.exit(0);');
    const { code, error } = await outcomeOf(process.execPath, [command, 'serve', file]);
    assert.equal(code, 1);
    assert.match(error, /^davgate: the process ended before serve finished/m);
  });
});

describe('a command ends with a sentence where', () => {
  test('a backup cannot be made', async (t) => {
    const folder = temporaryFolder(t);
    copyFileSync(sample, join(folder, 'db.sqlite3'));
    mkdirSync(join(folder, 'svn'));
    const made = await outcomeOf('svnadmin', ['create', join(folder, 'svn/one')]);
    assert.equal(made.code, 0);
    const file = join(folder, 'shares.json');
    const shares = [{ path: '/svn', kind: 'svn', repositories: './svn' }];
    writeFileSync(file, JSON.stringify({ django: { database: 'sqlite:./db.sqlite3' }, shares }));
    const args = ['svn', 'backup', join(folder, 'db.sqlite3/below'), '--config', file];
    const { code, error } = await outcomeOf(process.execPath, [command, ...args]);
    assert.equal(code, 1);
    assert.match(error, /^\/svn\/one: ENOTDIR: /);
    assert.doesNotMatch(error, stack);
  });

  test('the folder that it is started in has gone', async () => {
    const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$@"';
    const { code, error } = await outcomeOf('/bin/sh', [
      '-c',
      script,
      'sh',
      process.execPath,
      command,
      'who',
      '/a',
    ]);
    assert.equal(code, 2);
    assert.notEqual(error, '');
    assert.doesNotMatch(error, stack);
  });

  test('nobody reads what it prints', async () => {
    const script = '{ "$@"; echo "code $?" >&2; } | true';
    const run = ['-c', script, 'sh', process.execPath, command, 'schema'];
    const { error } = await outcomeOf('/bin/sh', run);
    assert.doesNotMatch(error, stack);
    assert.match(error, /^code 0$/m);
  });
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { run } from './helpers/programs.js';

describe('svn, where a header section holds fewer lock tokens than a folder has', () => {
  const files = Array.from({ length: 150 }, (_, index) => `many/file-${index}.txt`);
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let folder: string;
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      declaration.limits = { headerBytes: 8192 };
    });
    folder = await mkdtemp(join(tmpdir(), 'davgate-svn-'));
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const svn = (...args: string[]): Promise<string> =>
    run(
      'svn',
      [...args, '--non-interactive', '--no-auth-cache', '--username', 'alice', '--password', 'alice-demo'],
      { cwd: join(folder, 'copy') },
    );

  it('locks them all, commits them, and deletes the folder with the tokens in the body', async () => {
    await mkdir(join(folder, 'copy'));
    await svn('checkout', '-q', `${davgate.url}/svn/sample`, '.');
    await mkdir(join(folder, 'copy/many'));
    for (const file of files) await writeFile(join(folder, 'copy', file), 'one\n');
    await svn('add', '-q', 'many');
    await svn('commit', '-q', '-m', 'Many', '.');
    await svn('lock', ...files);
    for (const file of files) await writeFile(join(folder, 'copy', file), 'two\n');
    await svn('commit', '-q', '-m', 'Changed', '--no-unlock', '.');
    await svn('update', '-q');
    await svn('delete', '-q', 'many');
    assert.match(await svn('commit', '-m', 'Gone', '.'), /Committed revision \d+\./);
    assert.doesNotMatch(await svn('list', `${davgate.url}/svn/sample`), /many/);
    await davgate.logged(({ reason, status }) => reason === 'HPE_HEADER_OVERFLOW' && status === 400);
  });
});

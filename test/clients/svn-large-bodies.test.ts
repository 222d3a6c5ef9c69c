import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { run } from './helpers/programs.js';

/** What an Apache with its default LimitXMLRequestBody takes. */
const defaultOfApache = 1_000_000;

/** Text of so many bytes, in lines of one letter or of a hundred. */
const shortLines = (bytes: number): string => 'x\n'.repeat(bytes / 2);
const longLines = (bytes: number): string => `${'x'.repeat(99)}\n`.repeat(bytes / 100);

describe('the largest bodies that svn sends', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let folder: string;
  let copy: string;
  before(async () => {
    davgate = await sampleDavgate();
    folder = await mkdtemp(join(tmpdir(), 'davgate-svn-'));
    copy = join(folder, 'copy');
    await mkdir(copy);
    await svn('checkout', '-q', `${davgate.url}/svn/sample`, '.');
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const svn = (...args: string[]): Promise<string> =>
    run(
      'svn',
      [...args, '--non-interactive', '--no-auth-cache', '--username', 'alice', '--password', 'alice-demo'],
      { cwd: copy },
    );

  /** A file with so much text in it. */
  const fileOf = async (text: string): Promise<string> => {
    const file = join(folder, 'text');
    await writeFile(file, text);
    return file;
  };

  const texts: readonly [string, string][] = [
    ['short lines, as much as Apache takes by default', shortLines(defaultOfApache - 2000)],
    ['long lines', longLines(3_000_000)],
  ];
  for (const [what, text] of texts) {
    it(`sets a property and a log message of ${text.length} bytes in ${what}`, async () => {
      const file = await fileOf(text);
      await svn('propset', '-q', 'notes', '-F', file, '.');
      assert.match(
        await svn('commit', '-F', file, '--force-log', '--encoding', 'UTF-8', '.'),
        /Committed revision/,
      );
      await svn('update', '-q');
      assert.equal(
        (await svn('propget', '--strict', 'notes', `${davgate.url}/svn/sample`)).length,
        text.length,
      );
    });
  }

  it('sets a property of 12,000,000 bytes', async () => {
    const text = longLines(12_000_000);
    await svn('propset', '-q', 'notes', '-F', await fileOf(text), '.');
    assert.match(await svn('commit', '-m', 'Large', '.'), /Committed revision/);
    await svn('update', '-q');
  });

  it('locks a file with a comment of a million bytes', async () => {
    await writeFile(join(copy, 'locked.txt'), 'x\n');
    await svn('add', '-q', 'locked.txt');
    await svn('commit', '-q', '-m', 'To lock', '.');
    const file = await fileOf(shortLines(defaultOfApache - 2000));
    assert.match(await svn('lock', '-F', file, '--force-log', 'locked.txt'), /locked by user 'alice'/);
    await svn('unlock', 'locked.txt');
  });

  it('tells the log of as many paths as a command line holds', async () => {
    await writeFile(join(copy, 'a'), 'x\n');
    await svn('add', '-q', 'a');
    await svn('commit', '-q', '-m', 'A', '.');
    const paths = Array.from({ length: 60_000 }, () => 'a');
    assert.match(await svn('log', '-q', '-l', '1', `${davgate.url}/svn/sample`, ...paths), /\| alice \|/);
  });
});

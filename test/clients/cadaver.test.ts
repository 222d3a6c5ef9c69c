import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { outcomeOf } from './helpers/programs.js';

describe('cadaver on /docs', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let home: string;
  before(async () => {
    davgate = await sampleDavgate();
    home = await mkdtemp(join(tmpdir(), 'davgate-cadaver-'));
    await writeFile(join(home, 'note.txt'), 'from cadaver\n');
  });
  after(async () => {
    await davgate.dispose();
    await rm(home, { recursive: true, force: true });
  });

  const cadaver = async (user: string, ...commands: string[]): Promise<string> => {
    const netrc = `machine 127.0.0.1\nlogin ${user}\npassword ${user}-demo\n`;
    await writeFile(join(home, '.netrc'), netrc, { mode: 0o600 });
    const { out, error } = await outcomeOf('cadaver', [`${davgate.url}/docs/`], {
      cwd: home,
      env: { HOME: home },
      input: [...commands, 'quit', ''].join('\n'),
    });
    return out + error;
  };

  it('makes a folder, puts, copies, moves and gets', async () => {
    const out = await cadaver(
      'alice',
      'mkcol by-cadaver',
      'cd by-cadaver',
      'put note.txt',
      'copy note.txt copy.txt',
      'move copy.txt moved.txt',
      'get moved.txt back.txt',
      'ls',
    );
    assert.match(out, /Creating `by-cadaver': succeeded/);
    assert.match(out, /moved\.txt\s+13/);
    assert.equal(await readFile(join(home, 'back.txt'), 'utf8'), 'from cadaver\n');
  });

  it('sets a property of its own, finds it by name and reads it back', async () => {
    const out = await cadaver(
      'alice',
      'set namespace http://example.org/ns',
      'propset by-cadaver/note.txt colour blue',
      'propget by-cadaver/note.txt colour',
      'propnames by-cadaver/note.txt',
    );
    assert.match(out, /Value of colour is: blue/);
    assert.match(out, /http:\/\/example\.org\/ns colour/);
  });

  it('removes a file and a folder', async () => {
    const out = await cadaver('alice', 'delete by-cadaver/note.txt', 'rmcol by-cadaver', 'ls');
    assert.match(out, /Deleting `by-cadaver\/note\.txt': succeeded/);
    assert.match(out, /Deleting collection `by-cadaver': succeeded/);
  });

  it('is told that bob may not write', async () => {
    const out = await cadaver('bob', 'put note.txt', 'ls');
    assert.match(out, /403 Forbidden/);
    assert.match(out, /Handbook\.md/);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { spellings } from './helpers/names.js';
import { outcomeOf } from './helpers/programs.js';

describe('cadaver, with names in every form of Unicode', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let home: string;
  before(async () => {
    davgate = await sampleDavgate();
    home = await mkdtemp(join(tmpdir(), 'davgate-cadaver-names-'));
    await writeFile(join(home, '.netrc'), 'machine 127.0.0.1\nlogin alice\npassword alice-demo\n', {
      mode: 0o600,
    });
  });
  after(async () => {
    await davgate.dispose();
    await rm(home, { recursive: true, force: true });
  });

  const cadaver = async (share: string, ...commands: string[]): Promise<string> => {
    const { out, error } = await outcomeOf('cadaver', [`${davgate.url}/${share}/`], {
      cwd: home,
      env: { HOME: home },
      input: [...commands, 'quit', ''].join('\n'),
    });
    return out + error;
  };

  for (const share of ['docs', 'scratch']) {
    for (const [what, name] of Object.entries(spellings)) {
      it(`enters the folder that it made on /${share}, puts, lists, gets and moves there: ${what}`, async () => {
        await writeFile(join(home, name), `from cadaver: ${name}`);
        const out = await cadaver(
          share,
          `mkcol ${name}`,
          `cd ${name}`,
          `put ${name}`,
          'ls',
          `get ${name} "back ${name}"`,
          `copy ${name} copied`,
          'move copied moved',
          'ls',
        );
        assert.match(out, new RegExp(`Creating \`${name}': succeeded`));
        assert.doesNotMatch(out, /failed|Could not/);
        assert.match(out, new RegExp(`Listing collection \`/${share}/`));
        assert.match(out, /moved\s+\d/);
        assert.equal(await readFile(join(home, `back ${name}`), 'utf8'), `from cadaver: ${name}`);
        if (share === 'docs') {
          assert.deepEqual(
            (await readdir(join(davgate.folder, 'docs', name))).sort(),
            [name, 'moved'].sort(),
          );
        }
      });
    }
  }
});

import assert from 'node:assert/strict';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { findApache } from '../../src/svn/apache/find-apache.js';
import { declare, login, makeSample, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { curl, outcomeOf } from './helpers/programs.js';

describe('an Apache that does not start', () => {
  let folder: string;
  let davgate: TestDavgate;
  /** The Apache of the declaration starts while there is this file. */
  let leave: string;
  before(async () => {
    folder = await makeSample();
    leave = join(folder, 'leave');
    const apache = await findApache(process.env.PATH ?? '');
    assert.ok(apache.found, apache.found ? '' : apache.message);
    const binary = join(folder, 'apache');
    await writeFile(
      binary,
      `#!/bin/sh\ntest "$1" = -l || test -e '${leave}' || { echo 'Port /srv/x is on strike' >&2; exit 1; }\nexec ${apache.binary} "$@"\n`,
    );
    await chmod(binary, 0o755);
    await chmod(folder, 0o755);
    await declare(folder, (declaration) => {
      declaration.apache = { binary, modules: apache.modulesFolder };
    });
    davgate = await startDavgate(folder, {}, { withoutApache: true });
  });
  after(async () => {
    await davgate.end();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (path: string) => curl(davgate.url + path, ['--user', login('alice')]);
  const served = async (): Promise<boolean> => (await ask('/svn/sample/trunk/')).status === 200;
  /** Resolves with the next line of a reload. */
  const reload = async (): Promise<string> => {
    const before = davgate.log.length;
    davgate.process.kill('SIGHUP');
    const { msg } = await davgate.logged(
      (line) => davgate.log.indexOf(line) >= before && String(line.msg).includes('reloaded'),
    );
    return String(msg);
  };

  it('is told to whoever asks, without a path, and to the administrator with its own words', async () => {
    const { status, headers, body } = await ask('/svn/sample/trunk/');
    assert.equal(status, 503);
    assert.match(headers.get('retry-after') ?? '', /^\d+$/);
    assert.match(body.toString(), /Subversion is not available: Apache did not start\./);
    assert.doesNotMatch(body.toString(), /strike|\/srv|\/tmp/);
    const { reason } = await davgate.logged(({ msg }) => String(msg).startsWith('Apache did not start'));
    assert.match(String(reason), /^Apache did not start: .*Port \/srv\/x is on strike/);
    assert.equal((await ask('/docs/Handbook.md')).status, 200);
    const svn = ['list', `${davgate.url}/svn/sample`, '--non-interactive', '--no-auth-cache'];
    const { error } = await outcomeOf('svn', [...svn, '--username', 'alice', '--password', 'alice-demo']);
    assert.match(error, /E175002: Subversion is not available: Apache did not start/);
  });

  it('goes on being tried after a reload, and serves as soon as it starts', async () => {
    assert.equal(await reload(), 'reloaded');
    assert.equal((await ask('/svn/sample/trunk/')).status, 503);
    await writeFile(leave, '');
    for (let tries = 0; !(await served()); tries += 1) {
      assert.ok(tries < 600, JSON.stringify(davgate.log.slice(-5)));
      await delay(100);
    }
  });

  it('does not replace one that runs when what is declared is read anew', async () => {
    assert.equal(await served(), true);
    await rm(leave);
    assert.equal(await reload(), 'not reloaded: the previous declaration stays in effect');
    const { reason } = await davgate.logged(({ msg }) => String(msg).startsWith('not reloaded'));
    assert.match(String(reason), /on strike/);
    assert.equal(await served(), true);
  });
});

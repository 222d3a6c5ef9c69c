import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../helpers/until.js';
import { declare, login, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';
import { reload } from './helpers/reloading.js';
import { signingSample } from './helpers/signing-sample.js';
import { processesOf } from './helpers/site-processes.js';

describe('a site that signs people in itself, when davgate reloads or starts', () => {
  let site: Awaited<ReturnType<typeof signingSample>>;
  let davgate: TestDavgate;
  const status = async (user: string, path = '/media/'): Promise<number> =>
    (await curl(`${davgate.url}${path}`, ['--user', login(user)])).status;
  const unlicensed = (): string => join(site.project, 'unlicensed');

  before(async () => {
    site = await signingSample();
    await declare(site.folder, (declaration) => {
      declaration.django = { ...site.django, signIn: 'site', signInSeconds: 3600 };
    });
    davgate = await startDavgate(site.folder);
  });
  after(async () => {
    await davgate.end();
    await rm(site.folder, { recursive: true, force: true });
  });

  it('keeps no Python of before, though a download of before goes on', async () => {
    const size = 60_000_000;
    const file = join(site.folder, 'media', 'large.bin');
    writeFileSync(file, '');
    truncateSync(file, size);
    const socket = connect(davgate.port, '127.0.0.1');
    const authorization = `Basic ${Buffer.from(login('alice')).toString('base64')}`;
    socket.write(
      `GET /media/large.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${authorization}\r\n\r\n`,
    );
    await once(socket, 'readable');
    const old = [...processesOf(site.project).keys()];
    assert.ok(old.length >= 2);
    assert.equal((await reload(davgate)).msg, 'reloaded');
    await until(() => {
      const now = processesOf(site.project);
      return !old.some((pid) => now.has(pid));
    }, 'the old ones have ended');
    assert.equal(await status('bob'), 200);
    assert.ok(!davgate.log.some(({ msg }) => String(msg).startsWith('last requests from before')));
    let received = 0;
    for await (const chunk of socket) {
      assert.ok(chunk instanceof Buffer);
      received += chunk.length;
    }
    assert.ok(received > size, String(received));
    await davgate.logged(({ msg }) => String(msg).startsWith('last requests from before'));
  });

  it('goes on as before where the site does not load any more', async () => {
    writeFileSync(unlicensed(), '');
    const { msg, reason } = await reload(davgate);
    assert.equal(msg, 'not reloaded: the previous declaration stays in effect');
    assert.match(String(reason), /The site does not load to sign people in: .*no licence/s);
    const calls = site.calls().length;
    assert.equal(await status('carol'), 200);
    assert.equal(site.calls().length, calls + 1, 'the site was asked');
    rmSync(unlicensed());
    assert.equal((await reload(davgate)).msg, 'reloaded');
  });

  it('does not start where the site does not load, and says why', async () => {
    await davgate.end();
    writeFileSync(unlicensed(), '');
    await assert.rejects(
      startDavgate(site.folder),
      /davgate: The site does not load to sign people in: .*no licence/s,
    );
    assert.equal(processesOf(site.project).size, 0);
    rmSync(unlicensed());
    davgate = await startDavgate(site.folder);
    assert.equal(await status('alice'), 200);
  });
});

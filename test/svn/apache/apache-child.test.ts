import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, readFile, readlink } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  apacheProgram,
  childOptions,
  ApacheChild,
  makeRepositories,
  privateFolder,
  rm,
} from '../apache-fixture.js';
import { until } from '../../helpers/until.js';

let folder = '';
let repositories = '';
let temporary = '';

before(async () => {
  folder = await privateFolder();
  repositories = await makeRepositories(folder, 'one');
  temporary = await privateFolder();
  await chmod(folder, 0o755);
  await chmod(temporary, 0o1777);
});
after(() => Promise.all([folder, temporary].map((path) => rm(path, { recursive: true, force: true }))));

const options = (changes = {}) => childOptions(repositories, { temporaryFolder: temporary, ...changes });

/** Processes of this machine whose command line names the temporary folder. */
async function processes(): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    if (line.includes(`${temporary}/.davgate-apache`)) found.push(Number(pid));
  }
  return found;
}

async function nothingLeft(): Promise<boolean> {
  return (await processes()).length === 0 && (await readdir(temporary)).length === 0;
}

/** A pause that only the end ends. */
function never(_milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
    if (signal.aborted) resolve();
  });
}

async function mainProcess(): Promise<number> {
  const [name = ''] = await readdir(temporary);
  return Number(await readFile(join(temporary, name, 'httpd.pid'), 'utf8'));
}

function status(port: number, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/svn/one/', headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

test('start, answer with the secret only, stop without a trace', async (t) => {
  const child = new ApacheChild(await options());
  t.after(() => child.stop());
  assert.equal(child.state.name, 'stopped');
  assert.equal(child.address(), undefined);
  await Promise.all([child.start(), child.start()]);
  const address = child.address();
  assert.ok(address);
  const authorization = `Basic ${Buffer.from('mallory:x').toString('base64')}`;
  assert.equal(
    await status(address.port, { Authorization: authorization, 'X-Davgate-Secret': address.secret }),
    200,
  );
  assert.equal(await status(address.port, {}), 403);
  assert.equal(await status(address.port, { Authorization: authorization }), 403);
  assert.equal(await status(address.port, { Authorization: authorization, 'X-Davgate-Secret': '' }), 403);
  assert.equal(
    await status(address.port, { Authorization: authorization, X_Davgate_Secret: address.secret }),
    403,
  );
  for (const path of await readdir(temporary, { recursive: true })) {
    const text = await readFile(join(temporary, path), 'latin1').catch(() => '');
    assert.ok(!text.includes(address.secret), path);
  }
  await Promise.all([child.stop(), child.stop()]);
  assert.equal(child.state.name, 'stopped');
  assert.ok(await nothingLeft());
  await child.start();
  assert.notEqual(child.address()?.secret, address.secret);
  await child.stop();
  assert.ok(await nothingLeft());
});

test('stop during the start', async (t) => {
  const child = new ApacheChild(await options());
  t.after(() => child.stop());
  const started = child.start();
  const outcome = assert.rejects(started, { kind: 'unavailable' });
  await child.stop();
  await outcome;
  assert.equal(child.state.name, 'stopped');
  assert.ok(await nothingLeft());
});

test("a broken configuration rejects with Apache's own message", async (t) => {
  const program = await apacheProgram();
  const modules = [...program.modules, { identifier: 'none_module', file: '/nonexistent/mod_none.so' }];
  const child = new ApacheChild(
    await options({ find: () => Promise.resolve({ ...program, modules }), wait: never }),
  );
  t.after(() => child.stop());
  await assert.rejects(child.start(), {
    kind: 'unavailable',
    message: /Apache did not start: .*Cannot load \/nonexistent\/mod_none\.so/,
  });
  assert.equal(child.state.name, 'failed');
  assert.ok(await nothingLeft());
  await child.stop();
  assert.equal(child.state.name, 'stopped');
});

test('an Apache that does not start at first is tried again, after a longer pause each time', async (t) => {
  const program = await apacheProgram();
  const modules = [...program.modules, { identifier: 'none_module', file: '/nonexistent/mod_none.so' }];
  const pauses: number[] = [];
  const log: string[] = [];
  const child = new ApacheChild(
    await options({
      find: () => {
        if (pauses.length === 2) {
          return Promise.resolve({ found: false, message: 'Apache was not found. Install it.' });
        }
        return Promise.resolve(pauses.length < 4 ? { ...program, modules } : program);
      },
      wait: (milliseconds: number) => {
        pauses.push(milliseconds);
        return Promise.resolve();
      },
      log: (line: string) => log.push(line),
    }),
  );
  t.after(() => child.stop());
  await assert.rejects(child.start(), { kind: 'unavailable', message: /mod_none\.so/ });
  assert.equal(child.hasRun, false);
  await until(() => child.address() !== undefined, 'Apache had been started');
  assert.deepEqual(pauses, [100, 200, 60_000, 800]);
  assert.equal(log.filter((line) => line.startsWith('Apache did not start: ')).length, 3);
  assert.ok(log.includes('Apache was not found. Install it.'));
  assert.equal(child.hasRun, true);
  await child.stop();
  assert.ok(await nothingLeft());
});

for (const moment of ['while it waits', 'while it tries'] as const) {
  test(`stop ${moment} to start Apache again`, async () => {
    const program = await apacheProgram();
    const modules = [...program.modules, { identifier: 'none_module', file: '/nonexistent/mod_none.so' }];
    const child = new ApacheChild(
      await options({
        find: () => Promise.resolve({ ...program, modules }),
        wait: moment === 'while it waits' ? never : () => Promise.resolve(),
      }),
    );
    await assert.rejects(child.start());
    if (moment === 'while it tries') await until(() => child.state.name === 'starting', 'it was tried again');
    await child.stop();
    assert.equal(child.state.name, 'stopped');
    assert.ok(await nothingLeft());
  });
}

test('an Apache that is killed is started again, after a longer pause each time', async (t) => {
  const pauses: number[] = [];
  const child = new ApacheChild(
    await options({
      now: () => 0,
      wait: (milliseconds: number) => {
        pauses.push(milliseconds);
        return Promise.resolve();
      },
    }),
  );
  t.after(() => child.stop());
  await child.start();
  for (const expected of [[100], [100, 200], [100, 200, 400]]) {
    const before = child.address()?.secret;
    process.kill(await mainProcess(), 'SIGKILL');
    await until(
      () => child.address() !== undefined && child.address()?.secret !== before,
      'Apache had been started again',
    );
    assert.deepEqual(pauses, expected);
    assert.equal((await readdir(temporary)).length, 1);
  }
  await child.stop();
  assert.ok(await nothingLeft());
});

test('a watchdog that is killed takes Apache with it, and both are started again', async (t) => {
  const child = new ApacheChild(await options());
  t.after(() => child.stop());
  await child.start();
  assert.ok(child.state.name === 'running');
  const { pid, address } = child.state;
  const orphan = await mainProcess();
  process.kill(pid, 'SIGKILL');
  await until(
    () => child.address() !== undefined && child.address()?.secret !== address.secret,
    'Apache had been started again',
  );
  await assert.rejects(readlink(`/proc/${orphan}/exe`));
  await child.stop();
  assert.ok(await nothingLeft());
});

for (const moment of ['running', 'starting']) {
  test(`kill -9 of the owner while Apache is ${moment} leaves nothing`, async () => {
    const script = fileURLToPath(new URL('./apache-owner.js', import.meta.url));
    const owner = spawn(process.execPath, [script, repositories, temporary, moment], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const chunks: unknown[] = await once(owner.stdout, 'data');
    assert.match(String(chunks[0]), new RegExp(`"name":"${moment}"`));
    await until(async () => (await processes()).length > 1, 'Apache had been spawned');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await until(nothingLeft, 'all of it was gone');
  });
}

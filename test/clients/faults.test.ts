import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makeSample, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { curl, run } from './helpers/programs.js';

const alice = ['--user', 'alice:alice-demo'];
const authorization = `Basic ${Buffer.from('alice:alice-demo').toString('base64')}`;

/** Polls a fact about another process, which sends no event, until it holds. */
async function until(fact: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await fact()) return;
    await delay(25);
  }
  assert.fail(`never happened: ${what}`);
}

/** Command lines of all processes, by pid. */
async function processes(): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    found.set(Number(name), line.replaceAll('\0', ' '));
  }
  return found;
}

async function runtimeFolders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('.davgate-apache-'));
}

async function filesBelow(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true, withFileTypes: true })).map(({ name }) => name);
}

/** A PUT that has sent some of its bytes and waits. */
function halfPut(davgate: TestDavgate, path: string): ClientRequest {
  const put = request(`${davgate.url}${path}`, {
    method: 'PUT',
    headers: { authorization, 'content-length': 10_000_000 },
  });
  put.on('error', () => undefined);
  put.write(Buffer.alloc(1_000_000, 'n'));
  return put;
}

async function stagedBytes(folder: string): Promise<number> {
  const staging = join(folder, 'docs', '.davgate-staging');
  const names = await readdir(staging).catch(() => []);
  // An unfinished file may go, and the folder with it, between being seen and being looked at.
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(staging, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('davgate under faults', () => {
  let folder: string;
  let davgate: TestDavgate;
  before(async () => {
    folder = await makeSample();
    davgate = await startDavgate(folder);
  });
  after(async () => {
    await davgate.end();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps the old file when a client breaks off its PUT, and leaves nothing else', async () => {
    const old = await readFile(join(folder, 'docs', 'Handbook.md'));
    const names = await readdir(join(folder, 'docs'));
    const put = halfPut(davgate, '/docs/Handbook.md');
    await until(async () => (await stagedBytes(folder)) >= 1_000_000, 'bytes arrive');
    put.destroy();
    await until(async () => (await stagedBytes(folder)) === 0, 'the unfinished file goes');
    assert.deepEqual(await readFile(join(folder, 'docs', 'Handbook.md')), old);
    const { body } = await curl(`${davgate.url}/docs/`, alice);
    assert.doesNotMatch(body.toString(), /davgate-staging/);
    assert.deepEqual(
      (await readdir(join(folder, 'docs'))).filter((name) => !name.startsWith('.davgate')),
      names,
    );
  });

  it('keeps the old file when it is killed in the middle of a PUT, and no stray file after a restart', async () => {
    const old = await readFile(join(folder, 'docs', 'Handbook.md'));
    halfPut(davgate, '/docs/Handbook.md');
    halfPut(davgate, '/docs/quite-new.txt');
    await until(async () => (await stagedBytes(folder)) >= 2_000_000, 'bytes arrive');
    await davgate.end('SIGKILL');
    assert.deepEqual(await readFile(join(folder, 'docs', 'Handbook.md')), old);
    davgate = await startDavgate(folder);
    const names = await filesBelow(join(folder, 'docs'));
    assert.deepEqual(
      names.filter((name) => name.startsWith('.davgate') || name === 'quite-new.txt'),
      [],
    );
    const { body } = await curl(`${davgate.url}/docs/Handbook.md`, alice);
    assert.ok(body.equals(old));
  });

  it('leaves no Apache and no runtime folder behind when it is killed with kill -9', async () => {
    const before = await runtimeFolders();
    const line = await davgate.logged(
      ({ line: text }) => typeof text === 'string' && text.includes('Command line'),
    );
    const runtime = /\.davgate-apache-\w+/.exec(String(line.line))?.[0] ?? '';
    assert.ok(before.includes(runtime));
    assert.ok([...(await processes()).values()].some((command) => command.includes(runtime)));
    await davgate.end('SIGKILL');
    await until(
      async () => ![...(await processes()).values()].some((command) => command.includes(runtime)),
      'Apache ends',
    );
    await until(async () => !(await runtimeFolders()).includes(runtime), 'its folder goes');
    davgate = await startDavgate(folder);
  });

  it('answers 502 while Apache is down, in words that svn shows, and has it back soon', async () => {
    const line = await davgate.logged(
      ({ line: text }) => typeof text === 'string' && text.includes('Command line'),
    );
    const runtime = /\.davgate-apache-\w+/.exec(String(line.line))?.[0] ?? '';
    const pid = Number(await readFile(join(tmpdir(), runtime, 'httpd.pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    const url = `${davgate.url}/svn/sample/`;
    await until(async () => (await curl(url, alice)).status === 200, 'Apache answers again');
    assert.equal(
      await run('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...alice, `${davgate.url}/docs/`]),
      '200',
    );
  });

  it('finishes a running request before it ends at SIGTERM', async () => {
    const put = request(`${davgate.url}/docs/slow.txt`, {
      method: 'PUT',
      headers: { authorization, 'content-length': 6 },
    });
    put.write('sl');
    await until(async () => (await stagedBytes(folder)) === 2, 'bytes arrive');
    const ended = davgate.end('SIGTERM');
    await until(async () => await refuses(davgate.port), 'no new connection is taken');
    put.end('owly');
    const response = await new Promise<IncomingMessage>((resolve) => put.once('response', resolve));
    assert.equal(response.statusCode, 201);
    response.resume();
    assert.equal(await ended, 0);
    assert.equal(await readFile(join(folder, 'docs', 'slow.txt'), 'utf8'), 'slowly');
    assert.equal(davgate.complaints(), '');
    davgate = await startDavgate(folder);
  });

  it('answers 503 and lets nobody in while Django\u2019s database is gone, and recovers', async () => {
    const file = join(folder, 'django-site', 'db.sqlite3');
    const database = await readFile(file);
    await rm(file);
    await until(
      async () => (await curl(`${davgate.url}/docs/`, alice)).status === 503,
      'the database is missed',
    );
    assert.equal((await curl(`${davgate.url}/docs/`, ['--user', 'alice:wrong'])).status, 503);
    await writeFile(file, database);
    await until(
      async () => (await curl(`${davgate.url}/docs/`, alice)).status === 200,
      'alice is let in again',
    );
    assert.equal((await curl(`${davgate.url}/docs/`, ['--user', 'alice:wrong'])).status, 401);
  });

  it('says why and ends when its port is taken', async () => {
    const other = await startDavgate(folder, { PORT: String(davgate.port) }).then(
      () => assert.fail('a second server started on the same port'),
      (error: unknown) => String(error),
    );
    assert.match(other, /"listen": port \d+ of 127\.0\.0\.1 is in use by another process: `ss -ltnp/);
  });

  it('logs a request id that the answer carries, and never a password', async () => {
    const { headers } = await curl(`${davgate.url}/docs/Handbook.md?token=hush`, alice);
    const id = headers.get('x-request-id');
    const line = await davgate.logged(({ requestId, msg }) => requestId === id && msg === 'request');
    assert.equal(line.user, 'alice');
    assert.equal(line.path, '/docs/Handbook.md');
    await curl(`${davgate.url}/docs/`, ['--user', 'alice:alice-demo-wrong']);
    const text = JSON.stringify(davgate.log);
    for (const secret of ['alice-demo', authorization.slice(6), 'hush'])
      assert.ok(!text.includes(secret), secret);
  });
});

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => {
      resolve(true);
    });
  });
}

import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl, outcomeOf, run } from './helpers/programs.js';

/** Milliseconds in which Apache must serve again: 2 s where it has the machine to itself. */
const bound = 10_000;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
}

async function processes(): Promise<Process[]> {
  const table = await run('ps', ['-eo', 'pid=,ppid=,comm=']);
  return table.split('\n').flatMap((line) => {
    const [pid, parent, name] = line.trim().split(/\s+/);
    return name === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), name }];
  });
}

/** Apache's main process and its workers, below a davgate. */
async function apacheOf(davgate: number): Promise<{ main: number; workers: number[] }> {
  const all = await processes();
  const watchdogs = new Set(all.filter(({ parent }) => parent === davgate).map(({ pid }) => pid));
  const main = all.find(({ parent, name }) => watchdogs.has(parent) && /apache|httpd/.test(name))?.pid;
  assert.ok(main !== undefined, 'Apache does not run');
  return { main, workers: all.filter(({ parent }) => parent === main).map(({ pid }) => pid) };
}

describe('Apache killed under load', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let folder: string;
  before(async () => {
    davgate = await sampleDavgate();
    folder = await mkdtemp(join(tmpdir(), 'davgate-killed-'));
    await writeFile(join(folder, 'file'), 'text\n'.repeat(20_000));
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const options = ['--non-interactive', '--no-auth-cache', '--username', 'alice', '--password', 'alice-demo'];
  const repository = (): string => `${davgate.url}/svn/sample`;

  /** Asks until Apache answers. @returns milliseconds, and what was said meanwhile */
  const backAfter = async (): Promise<{ milliseconds: number; meanwhile: Set<string> }> => {
    const begun = performance.now();
    const meanwhile = new Set<string>();
    for (;;) {
      const { status, body } = await curl(`${repository()}/trunk/`, ['--user', login('alice')]).catch(() => ({
        status: 0,
        body: Buffer.alloc(0),
      }));
      const milliseconds = performance.now() - begun;
      if (status === 200) return { milliseconds, meanwhile };
      meanwhile.add(`${status} ${body.toString()}`);
      assert.ok(milliseconds < bound, [...meanwhile].join('\n'));
    }
  };

  it('a commit that was killed between becoming whole and being counted stops no other', async () => {
    const database = join(davgate.folder, 'svn', 'sample', 'db');
    const youngest = Number(await run('svnlook', ['youngest', join(database, '..')]));
    // What such a kill leaves: a revision that is in its place, read-only, and not counted.
    for (const kind of ['revs', 'revprops']) {
      const shard = join(database, kind, '0');
      await run('cp', ['-p', join(shard, String(youngest)), join(shard, String(youngest + 1))]);
    }
    // Otherwise the next commit would write over it.
    const left = join(database, 'revprops', '0', String(youngest + 1));
    assert.equal((await stat(left)).mode & 0o222, 0);
    const put = (name: string) =>
      outcomeOf('svnmucc', [...options, '-m', name, 'put', join(folder, 'file'), `${repository()}/${name}`]);
    const first = await put('first');
    const second = await put('second');
    assert.deepEqual([second.code, second.error], [0, '']);
    assert.ok(first.code === 0 || /E\d{6}/.test(first.error));
    await run('svnadmin', ['verify', '-q', join(database, '..')]);
  });

  it('is back at once, tells svn why, and loses no commit that was acknowledged', async (t) => {
    let ended = false;
    const acknowledged: string[] = [];
    const complaints: string[] = [];
    const committing = async (client: number): Promise<void> => {
      for (let number = 0; !ended; number += 1) {
        const name = `file-${client}-${number}`;
        const { code, error } = await outcomeOf('svnmucc', [
          ...options,
          ...['-m', name, 'put', join(folder, 'file'), `${repository()}/${name}`],
        ]);
        if (code === 0) acknowledged.push(name);
        else complaints.push(error);
      }
    };
    const checkingOut = async (): Promise<void> => {
      for (let number = 0; !ended; number += 1) {
        const to = join(folder, `copy-${number}`);
        const { code, error } = await outcomeOf('svn', ['checkout', '-q', ...options, repository(), to]);
        if (code !== 0) complaints.push(error);
      }
    };
    const acknowledgedAtLeast = async (goal: number): Promise<void> => {
      const begun = performance.now();
      while (acknowledged.length < goal) {
        assert.ok(performance.now() - begun < 60_000, `No commit gets through: ${complaints.at(-1) ?? ''}`);
        await backAfter();
      }
    };
    const clients = [...[1, 2, 3].map(committing), checkingOut()];
    const answers = new Set<string>();
    try {
      for (const round of ['main', 'workers', 'main'] as const) {
        await acknowledgedAtLeast(acknowledged.length + 4);
        const apache = await apacheOf(davgate.process.pid ?? 0);
        for (const pid of round === 'main' ? [apache.main] : apache.workers) process.kill(pid, 'SIGKILL');
        const { milliseconds, meanwhile } = await backAfter();
        t.diagnostic(`${round} killed: served again after ${Math.round(milliseconds)} ms`);
        for (const answer of meanwhile) answers.add(answer);
      }
      await acknowledgedAtLeast(acknowledged.length + 4);
    } finally {
      ended = true;
      await Promise.all(clients);
    }
    for (const answer of answers) assert.match(answer, /^(?:0 |502 [^]*The Subversion server)/);
    for (const complaint of complaints) assert.match(complaint, /E\d{6}: \S/);
    assert.match(complaints.join('\n'), /E175002: The Subversion server/);
    const kept = join(davgate.folder, 'svn', 'sample');
    await run('svnadmin', ['verify', '-q', kept]);
    const files = new Set(
      (await run('svnlook', ['tree', '-N', kept])).split('\n').map((line) => line.trim()),
    );
    assert.deepEqual(
      acknowledged.filter((name) => !files.has(name)),
      [],
    );
    assert.equal(davgate.process.exitCode, null);
  });
});

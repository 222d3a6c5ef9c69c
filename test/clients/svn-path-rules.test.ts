import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { untilPasses } from '../helpers/until.js';
import { login, projectFolder, sampleDavgate } from './helpers/davgate.js';
import { curl, outcomeOf, run } from './helpers/programs.js';

const authz = `
# The board's folder is for editors; bob may write in one place.
[groups]
board = @editors

[/]
$authenticated = r
@is.superuser = rw

[sample:/trunk]
@perm.repos.change_repository = rw

[sample:/trunk/secret]
* =
@board = rw
@perm.docs.delete_document = r

[sample:/trunk/data]
bob = rw
`;

describe('path rules of an svn share', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let folder: string;
  let django: Database.Database;
  before(async () => {
    davgate = await sampleDavgate((declaration, at) => {
      writeFileSync(join(at, 'svn-authz'), '[/]\n@is.superuser = rw\n');
      const shares: unknown = declaration.shares;
      if (!Array.isArray(shares)) throw new TypeError('no shares');
      declaration.shares = shares.map((share: unknown) =>
        typeof share === 'object' && share !== null && 'kind' in share && share.kind === 'svn'
          ? { ...share, authz: './svn-authz', require: { staff: false }, write: {} }
          : share,
      );
    });
    folder = await mkdtemp(join(tmpdir(), 'davgate-authz-'));
    django = new Database(join(davgate.folder, 'django-site', 'db.sqlite3'));
    await svn('admin', 'mkdir', '-m', 'Lay out a secret', `${repository()}/trunk/secret`);
    await writeFile(join(folder, 'plan.txt'), 'the plan\n');
    const plan = join(folder, 'plan.txt');
    await svn('admin', 'import', '-m', 'Add the plan', plan, `${repository()}/trunk/secret/plan.txt`);
    await rules(authz);
  });
  after(async () => {
    django.close();
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const repository = (): string => `${davgate.url}/svn/sample`;
  const options = (user: string): string[] => [
    ...['--non-interactive', '--no-auth-cache', '--config-dir', join(folder, 'config')],
    ...['--username', user, '--password', `${user}-demo`],
  ];
  const svn = (user: string, ...args: string[]): Promise<string> =>
    run('svn', [...args, ...options(user)], { cwd: folder });
  const svnFails = async (user: string, ...args: string[]): Promise<string> => {
    const { code, error } = await outcomeOf('svn', [...args, ...options(user)], { cwd: folder });
    assert.notEqual(code, 0, `svn ${args.join(' ')} went through`);
    return error;
  };
  const rules = async (text: string): Promise<void> => {
    const file = join(davgate.folder, 'svn-authz');
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  /** Waits until a change at the Django site is in force, which shows in the status that a user gets. */
  const answers = async (path: string, user: string, status: number): Promise<void> => {
    await untilPasses(async () => {
      assert.equal(
        (await curl(`${davgate.url}${path}`, ['--user', login(user)])).status,
        status,
        `${path} for ${user}`,
      );
    });
  };
  const group = async (username: string, name: string, change: 'join' | 'leave'): Promise<void> => {
    const which = `(select id from auth_user where username = ?), (select id from auth_group where name = ?)`;
    const sql =
      change === 'join'
        ? `insert into auth_user_groups (user_id, group_id) values (${which})`
        : `delete from auth_user_groups where (user_id, group_id) = (${which})`;
    assert.equal(django.prepare(sql).run(username, name).changes, 1);
    await answers('/svn/sample/trunk/secret/plan.txt', username, change === 'join' ? 200 : 403);
  };

  const explain = (user: string, method: string, path: string) =>
    outcomeOf(process.execPath, [
      ...[join(projectFolder, 'dist/server/cli/davgate.js'), 'explain', user, method, path],
      join(davgate.folder, 'shares.json'),
    ]);

  it('answers 403 to a report on what it hides, and no process of Apache ends', async () => {
    const element = (name: string, text: string): string => `<S:${name}>${text}</S:${name}>`;
    const revisions =
      element('peg-revision', '2') + element('start-revision', '2') + element('end-revision', '1');
    const path =
      element('path', 'trunk/secret/plan.txt') + element('revision', '2') + element('depth', 'empty');
    const reports =
      'file-revs-report get-locations get-location-segments get-deleted-rev-report inherited-props-report';
    for (const name of [...reports.split(' '), 'list-report']) {
      for (const place of ['', '/!svn/rvr/2', '/!svn/bc/2']) {
        for (const ends of [revisions, revisions.replace('>1<', '>2<'), '']) {
          const body = `<S:${name} xmlns:S="svn:">${path}${ends}</S:${name}>`;
          const options = ['--user', login('bob'), '-X', 'REPORT', '--data-binary', body];
          assert.equal((await curl(`${repository()}${place}`, options)).status, 403, `${name} at ${place}`);
        }
      }
    }
    assert.match(await svn('admin', 'blame', `${repository()}/trunk/secret/plan.txt`), /the plan/);
    assert.match(await svn('bob', 'info', `${repository()}/trunk`), /trunk/);
    assert.ok(!davgate.log.some(({ line }) => String(line).includes('exit signal')));
  });

  it('hides a folder from who may not read it, until he joins the group, and again when he leaves', async () => {
    const copy = join(folder, 'bob');
    await svn('bob', 'checkout', `${repository()}/trunk`, copy);
    assert.ok(existsSync(join(copy, 'README.md')));
    assert.ok(!existsSync(join(copy, 'secret')));
    assert.doesNotMatch(await svn('bob', 'list', `${repository()}/trunk`), /secret/);
    assert.doesNotMatch(await svn('bob', 'log', '-v', repository()), /secret|plan/);
    assert.match(await svnFails('bob', 'list', `${repository()}/trunk/secret`), /E175013|E170013|forbidden/i);
    assert.equal((await curl(`${repository()}/trunk/secret/plan.txt`, ['--user', login('bob')])).status, 403);

    await group('bob', 'editors', 'join');
    await svn('bob', 'update', '--set-depth', 'infinity', copy);
    assert.equal(await readFile(join(copy, 'secret', 'plan.txt'), 'utf8'), 'the plan\n');
    assert.match(await svn('bob', 'log', '-v', repository()), /A \/trunk\/secret\/plan\.txt/);
    await writeFile(join(copy, 'secret', 'plan.txt'), 'a better plan\n');
    assert.match(await svn('bob', 'commit', '-m', 'Better', copy), /Committed revision/);

    await group('bob', 'editors', 'leave');
    await writeFile(join(copy, 'secret', 'plan.txt'), 'a worse plan\n');
    await svnFails('bob', 'commit', '-m', 'Worse', copy);
    assert.equal((await curl(`${repository()}/trunk/secret/plan.txt`, ['--user', login('bob')])).status, 403);
    assert.equal(await svn('alice', 'cat', `${repository()}/trunk/secret/plan.txt`), 'a better plan\n');
  });

  it('lets write where a rule says so, and nowhere else', async () => {
    const into = (place: string): string[] => ['mkdir', '-m', 'By bob', `${repository()}/trunk/${place}`];
    await svn('bob', ...into('data/by-bob'));
    await svnFails('bob', ...into('by-bob'));
    await svn('alice', 'mkdir', '-m', 'By alice', `${repository()}/trunk/by-alice`);
    await svnFails('alice', 'mkdir', '-m', 'By alice', `${repository()}/tags/by-alice`);
    await svn('admin', 'mkdir', '-m', 'By admin', `${repository()}/tags/by-admin`);
  });

  it('explains which lines decide', async () => {
    const refused = await explain('bob', 'GET', '/svn/sample/trunk/secret/plan.txt');
    assert.equal(refused.code, 1, refused.error);
    assert.match(refused.out, /fails {2}\[sample:\/trunk\/secret\] gives nothing \(line 14\)/);
    assert.match(refused.out, /403 The path rules of the share forbid it\./);
    const open = await explain('alice', 'GET', '/svn/sample/trunk/secret/plan.txt');
    assert.equal(open.code, 0, open.error);
    assert.match(open.out, /holds {2}\[sample:\/trunk\/secret\] gives reading and writing \(lines 14, 15\)/);
  });

  it('lets nobody in by rules with a group that neither they nor Django have, and says which', async () => {
    const asked = async (path: string) =>
      (await curl(`${davgate.url}${path}`, ['--user', login('admin')])).status;
    await rules(`${authz}@mispelt = r\n`);
    assert.equal(await asked('/svn/sample/trunk/'), 403);
    const list = (await curl(`${davgate.url}/svn/`, ['--user', login('admin')])).body.toString();
    assert.doesNotMatch(list, /sample/);
    const { names } = await davgate.logged(({ msg }) => String(msg).includes('undefined groups'));
    assert.equal(names, 'mispelt');
    const { code, out } = await explain('admin', 'GET', '/svn/sample/trunk/');
    assert.equal(code, 1);
    assert.match(out, /neither the file nor Django defines @mispelt, so Apache refuses all users/);
    django.prepare("insert into auth_group (name) values ('mispelt')").run();
    await answers('/svn/sample/trunk/', 'admin', 200);
    await rules(authz);
  });

  it('takes the rules from the file as it is now, and lets nobody in while it is broken', async () => {
    const status = async (user: string): Promise<number> =>
      (await curl(`${repository()}/trunk/`, ['--user', login(user)])).status;
    assert.equal(await status('eve'), 200);
    await rules(authz.replace('$authenticated = r', ''));
    assert.equal(await status('eve'), 403);
    await rules('[/\n* = rw\n');
    assert.equal(await status('admin'), 403);
    await rm(join(davgate.folder, 'svn-authz'));
    assert.equal(await status('admin'), 503);
    await rules(authz);
    assert.equal(await status('eve'), 200);
  });

  it('keeps out a user whose name no group could hold', async () => {
    const rename = django.prepare('update auth_user set username = ? where username = ?');
    rename.run('@editors', 'eve');
    try {
      const { status } = await curl(`${repository()}/trunk/`, ['--user', '@editors:eve-demo']);
      assert.equal(status, 403);
    } finally {
      rename.run('eve', '@editors');
    }
  });

  it('answers 503 when Django\u2019s groups cannot be read', async () => {
    const url = `${repository()}/trunk/`;
    assert.equal((await curl(url, ['--user', login('alice')])).status, 200);
    django.exec('alter table auth_group rename to auth_group_away');
    try {
      await answers('/svn/sample/trunk/', 'alice', 503);
    } finally {
      django.exec('alter table auth_group_away rename to auth_group');
    }
    assert.equal((await curl(url, ['--user', login('alice')])).status, 200);
  });
});

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { findApache } from '../../../src/svn/apache/find-apache.js';
import { projectFolder } from '../../clients/helpers/davgate.js';
import { run } from '../../clients/helpers/programs.js';
import { freePort } from '../../clients/helpers/free-port.js';
import { python } from '../../django/djangos.js';
import {
  answersTo,
  davgate,
  declare,
  mistakenSite,
  type Answered,
  type Asked,
  type MistakenSite,
} from './mistaken-site.js';

interface Made {
  readonly undo?: () => unknown;
  readonly path?: string;
}

interface Mistake {
  readonly name: string;
  /** Makes it. @returns what undoes it where that is more than a file, and PATH where that is what is wrong */
  readonly make: (site: MistakenSite) => unknown;
  /** What `check` says. */
  readonly says: RegExp;
  /** 1 where davgate does not start either, and then says the same; 0 where it starts. */
  readonly code: 0 | 1;
  /** `check` fails, but davgate starts, since the mistake may be mended while it runs. */
  readonly starts?: true;
  /** The start alone fails. */
  readonly startFails?: true;
}

/** Puts keys over those of one share. */
const share =
  (index: number, change: Readonly<Record<string, unknown>>) =>
  (site: MistakenSite): void => {
    site.shares[index] = { ...site.shares[index], ...change };
  };

const closed =
  (mode: number, ...names: readonly string[]) =>
  ({ at }: MistakenSite): void => {
    chmodSync(at(...names), mode);
  };

const withProject = (site: MistakenSite, more: Readonly<Record<string, unknown>> = {}): void => {
  mkdirSync(site.at('site'));
  site.write('site/settings.py', "SECRET_KEY = 'x'\nINSTALLED_APPS = []\n");
  site.declaration.django = { project: './site', settings: 'settings', python, ...more };
};

const mistakes: readonly Mistake[] = [
  {
    name: 'a project\u2019s folder that may not be entered',
    make: (site) => {
      withProject(site);
      closed(0o000, 'site')(site);
    },
    says: /django\.project: the folder \S+\/site: the user \S+ may not list it \(it belongs to \S+, mode 0\): give them r and x there/,
    code: 1,
  },
  {
    name: 'a folder above the project that may not be entered',
    make: (site) => {
      mkdirSync(site.at('home', 'site'), { recursive: true });
      site.declaration.django = { project: './home/site', settings: 'settings' };
      closed(0o600, 'home')(site);
    },
    says: /django\.project: the folder \.\/home\/site cannot be reached: the user \S+ has no permission to enter \S+\/home \(grant x there/,
    code: 1,
  },
  {
    name: 'a share\u2019s folder without rights',
    make: closed(0o000, 'docs'),
    says: /shares\[1\]\.root: the folder \S+\/docs: the user \S+ may not list it .*: give them r and x there/,
    code: 1,
  },
  {
    name: 'a share\u2019s folder that may be listed and not entered',
    make: closed(0o444, 'media'),
    says: /shares\[0\]\.root: the folder \S+\/media: the user \S+ may not enter it/,
    code: 1,
  },
  {
    name: 'a folder above a share\u2019s that may not be entered',
    make: (site) => {
      mkdirSync(site.at('closed', 'docs'), { recursive: true });
      share(1, { root: './closed/docs' })(site);
      closed(0o600, 'closed')(site);
    },
    says: /shares\[1\]\.root: the folder \.\/closed\/docs cannot be reached: the user \S+ has no permission to enter \S+\/closed/,
    code: 1,
  },
  {
    name: 'a file as the root of a share',
    make: share(0, { root: './db.sqlite3' }),
    says: /shares\[0\]\.root: the folder \.\/db\.sqlite3 is not a folder/,
    code: 1,
  },
  {
    name: 'a WebDAV share whose folder may not be written',
    make: closed(0o555, 'docs'),
    says: /^warning: line \d+, column \d+: shares\[1\]\.root: the folder \S+\/docs: the user \S+ may not make files in it .*or declare "write": false$/m,
    code: 0,
  },
  {
    name: 'a state folder that may not be written',
    make: (site) => {
      mkdirSync(site.at('var'));
      closed(0o555, 'var')(site);
    },
    says: /state: the folder \S+\/var: the user \S+ may not make files in it \(it belongs to \S+, mode 555\): give them w and x/,
    code: 1,
  },
  {
    name: 'a state folder that cannot be made',
    make: (site) => {
      mkdirSync(site.at('srv'));
      site.declaration.state = 'sqlite:./srv/davgate/state.sqlite3';
      closed(0o555, 'srv')(site);
    },
    says: /state: the folder \S+\/srv\/davgate cannot be created, because \S+\/srv: the user \S+ may not make files in it/,
    code: 1,
  },
  {
    name: 'a state below a file',
    make: (site) => {
      site.declaration.state = 'sqlite:./db.sqlite3/state.sqlite3';
    },
    says: /state: the folder \S+\/db\.sqlite3 is not a folder/,
    code: 1,
  },
  {
    name: 'a state file that may only be read',
    make: (site) => {
      mkdirSync(site.at('var'));
      new Database(site.at('var', 'state.sqlite3')).exec('create table t (a)').close();
      closed(0o444, 'var', 'state.sqlite3')(site);
    },
    says: /state: the file \S+\/state\.sqlite3: the user \S+ may not read and write it/,
    code: 1,
  },
  {
    name: 'a state whose log another user has left',
    make: (site) => {
      mkdirSync(site.at('var'));
      new Database(site.at('var', 'state.sqlite3')).exec('create table t (a)').close();
      site.write('var/state.sqlite3-wal', '');
      closed(0o444, 'var', 'state.sqlite3-wal')(site);
    },
    says: /state: the file \S+\/state\.sqlite3-wal: the user \S+ may not read and write it/,
    code: 1,
  },
  {
    name: 'a state whose log is a link',
    make: (site) => {
      mkdirSync(site.at('var'));
      symlinkSync(site.write('other', ''), site.at('var', 'state.sqlite3-wal'));
    },
    says: /state: \S+\/state\.sqlite3-wal is a link, in a place where users other .*: remove it/,
    code: 1,
  },
  {
    name: 'a state in a folder of the kernel\u2019s',
    make: (site) => {
      site.declaration.state = 'sqlite:/proc/davgate/state.sqlite3';
    },
    says: /state: the folder \/proc\/davgate cannot be created, because \/proc: /,
    code: 1,
  },
  {
    name: 'a state that is no database',
    make: (site) => {
      site.declaration.state = `sqlite:${site.write('notes.txt', 'These are notes, and no database at all.\n')}`;
    },
    says: /state: the file \S+\/notes\.txt is not an SQLite database: name another file/,
    code: 1,
  },
  {
    name: 'Django\u2019s database as the state',
    make: (site) => {
      site.declaration.state = 'sqlite:./db.sqlite3';
    },
    says: /state: is Django\u2019s own database, which davgate only reads: name another database/,
    code: 1,
  },
  ...(['listen', 'metrics'] as const).flatMap((listener): Mistake[] => [
    {
      name: `a port that is taken, for ${listener}`,
      make: async (site) => {
        const server = createServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        const address = server.address();
        assert.ok(typeof address === 'object' && address !== null);
        site.declaration[listener] = { port: address.port };
        return { undo: () => server.close() };
      },
      says: new RegExp(
        `"?${listener}"?: port (\\d+) of 127\\.0\\.0\\.1 is in use by another process: \`ss -ltnp 'sport = :\\1'\` names it; ` +
          'stop it, or set .*"\\w+\\.port" to another port',
      ),
      code: 0,
      startFails: true,
    },
    {
      name: `an address of another machine, for ${listener}`,
      make: async (site) => {
        site.declaration[listener] = { host: '192.0.2.1', port: await freePort() };
        return {};
      },
      says: new RegExp(`"?${listener}"?: 192\\.0\\.2\\.1 is not an address of this machine`),
      code: 1,
    },
    {
      name: `a port that only root may open, for ${listener}`,
      make: (site) => {
        site.declaration[listener] = { port: 81 };
      },
      says: new RegExp(
        `"?${listener}"?: this user may not open port 81 of 127\\.0\\.0\\.1: .*CAP_NET_BIND_SERVICE`,
      ),
      code: 1,
    },
  ]),
  {
    name: 'a repository as a folder of them',
    make: share(2, { repositories: './svn/one' }),
    says: /shares\[2\]\.repositories: the folder \.\/svn\/one is a single repository, not a folder of repositories: declare it as "repository"/,
    code: 1,
  },
  {
    name: 'a folder of repositories as one',
    make: share(2, { repositories: undefined, repository: './svn' }),
    says: /shares\[2\]\.repository: the folder \.\/svn is not a repository, but contains one: declare it as "repositories"/,
    code: 1,
  },
  {
    name: 'a file of a repository that may not be written',
    make: (site) => {
      closed(0o444, 'svn', 'one', 'db', 'write-lock')(site);
    },
    says: /^warning: line \d+, column \d+: shares\[2\]\.repositories: commits to \S+\/svn\/one will fail: the user \S+ .*may not write \S+\/write-lock, which belongs to \S+; chown -R/m,
    code: 0,
  },
  {
    name: 'a repository that another user owns',
    make: async ({ at }) => {
      await (process.geteuid?.() === 0
        ? run('chown', ['-R', '0:0', at('svn', 'one')])
        : run('chmod', ['-R', 'a-w', at('svn', 'one')]));
    },
    says: /^warning: line \d+, column \d+: shares\[2\]\.repositories: commits to \S+\/svn\/one will fail: the user \S+ .*may not write \S+\/one\/db, which belongs to \S+; chown -R \S+ \S+\/svn\/one$/m,
    code: 0,
  },
  {
    name: 'a database that lacks what Django\u2019s own user model has',
    make: ({ change }) => {
      change('drop table auth_user_groups');
    },
    says: /^problem: Nobody can sign in: .*has no table auth_user_groups: .*name them in "django\.user"; `davgate discover` prints them/m,
    code: 1,
    starts: true,
  },
  {
    name: 'a database that lacks a column of Django\u2019s own user model',
    make: ({ change }) => {
      change('alter table auth_user rename column username to email_address');
    },
    says: /^problem: Nobody can sign in: .*has no column \S+: .*"django\.user"/m,
    code: 1,
    starts: true,
  },
  {
    name: 'settings that miss an environment variable',
    make: (site) => {
      withProject(site);
      site.write('site/settings.py', "import os\nPASSWORD = os.environ['DB_PASSWORD']\n");
    },
    says: /KeyError: 'DB_PASSWORD'\nThe settings run in davgate\u2019s own environment, which lacks DB_PASSWORD: .*EnvironmentFile=/,
    code: 1,
  },
  {
    name: 'settings that say so in words of their own',
    make: (site) => {
      withProject(site);
      const raised = "raise ImproperlyConfigured('Set the SITE_KEY environment variable')";
      site.write('site/settings.py', `from django.core.exceptions import ImproperlyConfigured\n${raised}\n`);
    },
    says: /The settings run in davgate\u2019s own environment, which lacks SITE_KEY/,
    code: 1,
  },
  {
    name: 'a Python that is not there',
    make: (site) => {
      withProject(site, { python: './env/bin/python' });
    },
    says: /Python cannot be started as "\S+\/env\/bin\/python": it does not exist; name the site\u2019s own Python as "django\.python"/,
    code: 1,
  },
  {
    name: 'a virtual environment whose Python is gone',
    make: (site) => {
      withProject(site, { python: undefined });
      mkdirSync(site.at('site', '.venv', 'bin'), { recursive: true });
      symlinkSync('/usr/bin/python3.1', site.at('site', '.venv', 'bin', 'python'));
    },
    says: /it is a link to \/usr\/bin\/python3\.1, which no longer exists \(recreate the virtual environment\)/,
    code: 1,
  },
  {
    name: 'a Python for another machine',
    make: (site) => {
      withProject(site, { python: './python' });
      chmodSync(site.write('python', '\u007fELF of some other kind'), 0o755);
    },
    says: /it is not a program for this machine, perhaps one for another architecture/,
    code: 1,
  },
  {
    name: 'a Python that may not be run',
    make: (site) => {
      withProject(site, { python: './python' });
      chmodSync(site.write('python', '#!/bin/sh\n'), 0o644);
    },
    says: /Python cannot be started as "\S+\/python": this user may not run it/,
    code: 1,
  },
  {
    name: 'a script whose interpreter is gone',
    make: (site) => {
      withProject(site, { python: './python' });
      chmodSync(site.write('python', '#!/opt/gone/python3\n'), 0o755);
    },
    says: /it is a script whose interpreter \(its first line\) does not exist/,
    code: 1,
  },
  {
    name: 'Django\u2019s database without rights',
    make: closed(0o000, 'db.sqlite3'),
    says: /^problem: Nobody can sign in: .*db\.sqlite3 cannot be opened by this user: give them read access to the file and access to its folder/m,
    code: 1,
    starts: true,
  },
  {
    name: 'Django\u2019s database in a closed folder',
    make: (site) => {
      mkdirSync(site.at('private'));
      site.write('private/db.sqlite3', '');
      site.declaration.django = { database: 'sqlite:./private/db.sqlite3' };
      closed(0o600, 'private')(site);
    },
    says: /django\.database: the file \.\/private\/db\.sqlite3 cannot be reached: the user \S+ has no permission to enter \S+\/private/,
    code: 1,
  },
  {
    name: 'a file that is no database as Django\u2019s',
    make: (site) => {
      site.write('db.sqlite3', 'This is text that no database begins with, of some length.\n'.repeat(20));
    },
    says: /^problem: Nobody can sign in: .*db\.sqlite3 is not a SQLite database: name the right file/m,
    code: 1,
    starts: true,
  },
  {
    name: 'Django\u2019s database that a program has locked',
    make: (site) => {
      const writer = new Database(site.at('db.sqlite3'));
      writer.exec('begin exclusive');
      return Promise.resolve({ undo: () => writer.close() });
    },
    says: /^problem: Nobody can sign in: .*db\.sqlite3 is locked by a program that writes to it: wait, or end it/m,
    code: 1,
    starts: true,
  },
  {
    name: 'no active user',
    make: ({ change }) => {
      change('update auth_user set is_active = 0');
    },
    says: /^problem: Nobody can sign in: the site has no active user\.$/m,
    code: 1,
    starts: true,
  },
  {
    name: 'passwords of hashers that are not accepted',
    make: ({ change }) => {
      change(
        "update auth_user set password = 'md5$salt$0123456789abcdef0123456789abcdef' where username = 'alice'",
      );
      change("update auth_user set password = 'site_own$1$secret' where username = 'bob'");
    },
    says: /^warning: The password of 1 active user is hashed by md5, which is not accepted: add it to "django\.hashers"\.\nwarning: The password of 1 active user is hashed by site_own, which davgate does not support/m,
    code: 0,
  },
  {
    name: 'no user whose password is accepted',
    make: ({ change }) => {
      change("update auth_user set password = '!' || password where username <> 'alice'");
      change(
        "update auth_user set password = 'md5$salt$0123456789abcdef0123456789abcdef' where username = 'alice'",
      );
    },
    says: /^problem: Nobody can sign in: no active user has an accepted password\.\nwarning: The password of 4 active users is unusable: they sign in elsewhere, .*\nwarning: The password of 1 active user is hashed by md5/m,
    code: 1,
    starts: true,
  },
  {
    name: 'a misspelt permission',
    make: share(2, { require: { staff: false }, write: { permission: 'repos.change_repositry' } }),
    says: /^warning: line \d+, column \d+: shares\[2\]\.write\.permission: the site\u2019s database has no permission repos\.change_repositry, so only superusers have it: the nearest name is repos\.change_repository$/m,
    code: 0,
  },
  {
    name: 'a permission of another app, in a rule',
    make: share(1, { rules: [{ path: '/a', require: { permission: 'repos.view_document' } }] }),
    says: /^warning: line \d+, column \d+: shares\[1\]\.rules\[0\]\.require\.permission: .*no permission repos\.view_document, .*: the nearest name is docs\.view_document$/m,
    code: 0,
  },
  {
    name: 'groups that are not there, which nobody can be in',
    make: share(0, { require: { staff: false, groups: ['Nobodies', 'Editorz'] } }),
    says: /^warning: line \d+, column \d+: shares\[0\]\.require\.groups\[1\]: the site\u2019s database has no group Editorz, so nobody is in it: [^]*^warning: line \d+, column \d+: shares\[0\]: no user has access to \/media: there is no group Nobodies or Editorz$/m,
    code: 0,
  },
  {
    name: 'a misspelt permission and group in path rules',
    make: (site) => {
      site.write('authz', '[groups]\nown = alice, @perm.repos.comit\n[/]\n@own = rw\n~@Editorz = r\n');
      share(2, { authz: './authz' })(site);
    },
    says: /^warning: line \d+, column \d+: shares\[2\]\.authz, line 5: .*no group Editorz[^]*^warning: line \d+, column \d+: shares\[2\]\.authz, line 2: .*no permission repos\.comit/m,
    code: 0,
  },
  {
    name: 'path rules that may not be read',
    make: (site) => {
      site.write('authz', '[/]\n* = r\n');
      share(2, { authz: './authz' })(site);
      closed(0o000, 'authz')(site);
    },
    says: /shares\[2\]\.authz: the file \S+\/authz: the user \S+ may not read it .*: give them r there/,
    code: 1,
  },
  {
    name: 'path rules that leave nothing public of a public share',
    make: (site) => {
      site.write('authz', '[/]\n* =\n$authenticated = r\n');
      share(2, { authz: './authz', public: true })(site);
    },
    says: /^warning: line \d+, column \d+: shares\[2\]\.authz: lets nobody read anything of the public share \/svn without signing in/m,
    code: 0,
  },
  {
    name: 'a pattern that hides everything',
    make: share(1, { hide: ['*'] }),
    says: /^warning: line \d+, column \d+: shares\[1\]\.hide: hides every name, so \/docs looks empty/m,
    code: 0,
  },
  {
    name: 'a share\u2019s folder inside another\u2019s',
    make: (site) => {
      mkdirSync(site.at('docs', 'media'));
      share(0, { root: './docs/media' })(site);
    },
    says: /^warning: line \d+, column \d+: shares\[0\]\.root: lies in the folder of the share \/docs, so its files are also reachable there, under the rules of \/docs: move one/m,
    code: 0,
  },
  {
    name: 'the folder for temporary files as a share',
    make: share(1, { root: '/var/tmp', write: false }),
    says: /shares\[1\]\.root: contains the folder \S+ for temporary files, which the share would serve/,
    code: 1,
  },
  {
    name: 'davgate itself in a share',
    make: share(1, { root: projectFolder, write: false }),
    says: /shares\[1\]\.root: contains davgate\u2019s own program, which the share would serve/,
    code: 1,
  },
  {
    name: 'repositories inside a WebDAV share',
    make: share(1, { root: '.' }),
    says: /shares\[1\]\.root: contains Django\u2019s database/,
    code: 1,
  },
  {
    name: 'a module that is not there',
    make: share(1, { root: undefined, storage: { module: './gone.js' } }),
    says: /The storage module \.\/gone\.js could not be loaded: Cannot find module/,
    code: 1,
  },
  {
    name: 'a module that throws',
    make: (site) => {
      site.write('storage.cjs', "throw new Error('no licence');\n");
      share(1, { root: undefined, storage: { module: './storage.cjs' } })(site);
    },
    says: /The storage module \.\/storage\.cjs could not be loaded: no licence/,
    code: 1,
  },
  {
    name: 'a module that exports nothing',
    make: (site) => {
      site.write('storage.cjs', 'module.exports = {};\n');
      share(1, { root: undefined, storage: { module: './storage.cjs' } })(site);
    },
    says: /The storage module \.\/storage\.cjs could not be loaded: its default export is not a function/,
    code: 1,
  },
  {
    name: 'a module that makes something else',
    make: (site) => {
      site.write('storage.cjs', 'setInterval(() => {}, 1000);\nmodule.exports = () => ({});\n');
      share(1, { root: undefined, storage: { module: './storage.cjs' } })(site);
    },
    says: /The storage module \.\/storage\.cjs did not return a webdav-server v2 FileSystem/,
    code: 1,
  },
  {
    name: 'an Apache of one\u2019s own that does not answer',
    make: async (site) => {
      site.write('secret', `${'s'.repeat(40)}\n`);
      const upstream = `http://127.0.0.1:${await freePort()}`;
      share(2, { repositories: undefined, upstream, upstreamSecretFile: './secret' })(site);
      return {};
    },
    says: /^warning: line \d+, column \d+: shares\[2\]\.upstream: nobody answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\): start that Apache/m,
    code: 0,
  },
  {
    name: 'a secret that may not be read',
    make: (site) => {
      site.write('secret', `${'s'.repeat(40)}\n`);
      share(2, { repositories: undefined, upstream: 'http://127.0.0.1:1', upstreamSecretFile: './secret' })(
        site,
      );
      closed(0o000, 'secret')(site);
    },
    says: /shares\[2\]\.upstreamSecretFile: the file \S+\/secret: the user \S+ may not read it/,
    code: 1,
  },
  {
    name: 'path rules for an Apache of one\u2019s own that cannot be written',
    make: (site) => {
      site.write('secret', `${'s'.repeat(40)}\n`);
      site.write('authz', '[/]\n* = r\n');
      mkdirSync(site.at('apache'));
      share(2, {
        repositories: undefined,
        upstream: 'http://127.0.0.1:1',
        upstreamSecretFile: './secret',
        authz: './authz',
        upstreamAuthzFile: './apache/authz',
      })(site);
      closed(0o555, 'apache')(site);
    },
    says: /shares\[2\]\.upstreamAuthzFile: the folder \S+\/apache: the user \S+ may not make files in it/,
    code: 1,
  },
  {
    name: 'an Apache that is not there',
    make: (site) => {
      site.declaration.apache = { binary: './httpd' };
    },
    says: /^warning: line \d+, column \d+: shares\[2\]: Subversion will not be served: \S+\/httpd, named by "apache\.binary", cannot be run/m,
    code: 0,
  },
  {
    name: 'an Apache without modules',
    make: async (site) => {
      const apache = await findApache(process.env.PATH ?? '');
      assert.ok(apache.found);
      mkdirSync(site.at('bin'));
      symlinkSync(apache.binary, site.at('bin', 'httpd'));
      site.declaration.apache = { binary: './bin/httpd' };
    },
    says: /^warning: line \d+, column \d+: shares\[2\]: Subversion will not be served: \S+\/bin\/httpd lacks .*mod_dav_svn\. Install /m,
    code: 0,
  },
  {
    name: 'Subversion\u2019s own programs that are not in PATH',
    make: () => Promise.resolve({ path: '/nonexistent' }),
    says: /^warning: line \d+, column \d+: shares\[2\]: svnadmin is not in PATH; .*: install subversion$/m,
    code: 0,
  },
  {
    name: 'a TLS file that may not be read',
    make: (site) => {
      site.write('ca.pem', 'x');
      site.declaration.django = {
        database: 'postgresql://a:secret@localhost/site?sslmode=verify-full&sslrootcert=./ca.pem',
      };
      closed(0o000, 'ca.pem')(site);
    },
    says: /A TLS file cannot be read: EACCES: permission denied, open '\S+\/ca\.pem'\. Correct its name/,
    code: 1,
  },
  {
    name: 'a database server that is not there',
    make: async (site) => {
      const port = await freePort();
      site.declaration.django = { database: `postgresql://a:secret@127.0.0.1:${port}/site` };
      return {};
    },
    says: /^problem: Nobody can sign in: .*nothing listens for database site at 127\.0\.0\.1:\d+: start the server/m,
    code: 1,
    starts: true,
  },
  {
    name: 'a state server that is not there',
    make: async (site) => {
      const port = await freePort();
      site.declaration.state = `postgresql://a:secret@127.0.0.1:${port}/davgate`;
      return {};
    },
    says: /nothing listens for database davgate at 127\.0\.0\.1:\d+: start the server, or correct the host and the port/,
    code: 1,
  },
  {
    name: 'a realm with a backslash',
    make: (site) => {
      site.declaration.realm = 'a\\b';
    },
    says: /^warning: line \d+, column \d+: realm: has a backslash, so svn does not find passwords/m,
    code: 0,
  },
];

function madeOf(made: unknown): Made {
  if (typeof made !== 'object' || made === null) return {};
  const undo = 'undo' in made ? made.undo : undefined;
  const path = 'path' in made ? made.path : undefined;
  return {
    ...(typeof undo === 'function' && {
      undo: (): unknown => {
        const undone: unknown = Reflect.apply(undo, undefined, []);
        return undone;
      },
    }),
    ...(typeof path === 'string' && { path }),
  };
}

const stack = /^ {4}at /m;

describe(
  'a mistake is told in one sentence with its place and what to do, by check and at the start',
  { concurrency: 2 },
  () => {
    /** By the mistakes' order. */
    let answers: readonly Answered[] = [];
    const undone: (() => unknown)[] = [];
    before(async () => {
      const asked: Asked[] = [];
      for (const { make, code, starts = false, startFails = false } of mistakes) {
        const site = await mistakenSite((undo) => undone.push(undo));
        const { undo, path } = madeOf(await make(site));
        if (undo) undone.push(undo);
        declare(site);
        const starting = startFails || (code === 1 && !starts);
        asked.push({ file: site.at('shares.json'), starting, ...(path !== undefined && { path }) });
      }
      answers = await answersTo(asked);
    });
    after(async () => {
      for (const undo of undone.reverse()) await undo();
    });

    for (const [index, { name, says, code }] of mistakes.entries()) {
      it(name, () => {
        const answer = answers[index];
        assert.ok(answer);
        const { out, error, start } = answer;
        assert.match(error, says);
        assert.equal(answer.code, code, error);
        if (start !== undefined) assert.match(start, says);
        const all = `${out}${error}${start ?? ''}`;
        assert.doesNotMatch(all, stack);
        assert.doesNotMatch(all, /secret[@$]|0123456789abcdef/);
      });
    }

    for (const [name, mode, says] of [
      [
        'may not be read',
        0o000,
        /The file cannot be read: the user \S+ has no read permission \(grant r with chmod, chown or setfacl\)/,
      ],
      ['is a folder', undefined, /The file is a folder, not a file/],
    ] as const) {
      it(`a declaration that ${name}`, async (t) => {
        const site = await mistakenSite((undo) => {
          t.after(undo);
        });
        if (mode === undefined) mkdirSync(site.at('shares.json'));
        else {
          declare(site);
          chmodSync(site.at('shares.json'), mode);
        }
        for (const words of [['check'], ['serve']]) {
          const { code, error } = await davgate(site, words);
          assert.match(error, says);
          assert.doesNotMatch(error, stack);
          assert.equal(code, 1);
        }
      });
    }

    it('a state on a full disk', async (t) => {
      const site = await mistakenSite((undo) => {
        t.after(undo);
      });
      mkdirSync(site.at('var'));
      declare(site);
      const fill =
        'mount -t tmpfs -o size=64k none "$1" && { dd if=/dev/zero of="$1/filling" bs=4k 2>/dev/null; shift; exec "$@"; }';
      const ways = [
        ['unshare', '-m'],
        ['unshare', '-rm'],
      ];
      const complaints: string[] = [];
      for (const way of ways) {
        const { code, error } = await davgate(site, ['check'], {
          before: [...way, 'sh', '-c', fill, 'sh', site.at('var')],
        });
        if (/unshare|mount:/.test(error)) {
          complaints.push(error);
          continue;
        }
        assert.match(
          error,
          /state: no space is left on the disk that holds \S+\/var: free some space, or name another place/,
        );
        assert.equal(code, 1);
        return;
      }
      throw new Error(`There is no way to a full disk.\n${complaints.join('\n')}`);
    });

    it('who and explain say what a database lacks, too', async (t) => {
      const site = await mistakenSite((undo) => {
        t.after(undo);
      });
      site.change('drop table auth_user_groups');
      declare(site);
      for (const words of [
        ['who', '/docs'],
        ['explain', 'alice', 'GET', '/docs'],
      ]) {
        const { code, error } = await davgate(site, words);
        assert.match(
          error,
          /^davgate: The user database cannot answer: .* has no table auth_user_groups: .*"django\.user"; `davgate discover`/,
        );
        assert.doesNotMatch(error, stack);
        assert.equal(code, 2);
      }
    });

    it('nothing is said of a site that is as it should be', async (t) => {
      const site = await mistakenSite((undo) => {
        t.after(undo);
      });
      declare(site);
      const { code, error, out } = await davgate(site, ['check']);
      assert.deepEqual([code, error], [0, '']);
      assert.match(out, /^\/docs {2}WebDAV on /m);
    });
  },
);

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { appendFile, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeCertificate } from '../servers/certificates.js';
import { makeRepositories } from '../svn/apache-fixture.js';
import { until } from '../helpers/until.js';
import { findApache } from '../../src/svn/apache/find-apache.js';
import { login, projectFolder, sampleDavgate } from './helpers/davgate.js';
import { freePort } from './helpers/free-port.js';
import { curl, outcomeOf, run } from './helpers/programs.js';

/** Where Apache has the secret, and whether it speaks TLS. */
const ways: readonly [name: string, inEnvironment: boolean, tls: boolean][] = [
  ['its own configuration', false, false],
  ['its environment', true, false],
  ['its own configuration and a certificate', false, true],
];
for (const [name, inEnvironment, tls] of ways)
  describe(`an Apache with the secret in ${name}, behind an svn share`, () => {
    const secret = randomBytes(32).toString('hex');
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let folder: string;
    let port: number;
    let apache: ChildProcess;
    let printed: string;
    /** As davgate and curl call it. */
    const origin = (): string => (tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`);
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'davgate-external-'));
      await chmod(folder, 0o755);
      port = await freePort();
      const repositories = await makeRepositories(folder, 'one');
      const authority = join(folder, 'authority.pem');
      if (tls) {
        const { cert, key, ca } = makeCertificate();
        writeFileSync(authority, ca);
        writeFileSync(join(folder, 'certificate.pem'), cert);
        writeFileSync(join(folder, 'key.pem'), key);
      }
      const change = (declaration: Record<string, unknown>, at: string): void => {
        chmodSync(at, 0o755);
        writeFileSync(join(at, 'secret'), `${secret}\n`, { mode: 0o600 });
        writeFileSync(join(at, 'svn-authz'), '[/]\n$authenticated = rw\n[one:/closed]\n* =\n@editors = rw\n');
        declaration.shares = [
          {
            ...{ path: '/svn', kind: 'svn', require: { staff: false }, public: true },
            upstream: origin(),
            upstreamSecretFile: './secret',
            authz: './svn-authz',
            upstreamAuthzFile: join(folder, 'authz'),
          },
        ];
      };
      davgate = await sampleDavgate(change, tls ? { NODE_EXTRA_CA_CERTS: authority } : {});
      printed = await run(process.execPath, [
        ...[join(projectFolder, 'dist/server/cli/davgate.js'), 'apache-conf'],
        ...[
          join(davgate.folder, 'shares.json'),
          '/svn',
          '--repositories',
          repositories,
          ...(inEnvironment ? [] : ['--secrets']),
        ],
      ]);
      apache = await startApache(printed, inEnvironment ? { DAVGATE_UPSTREAM_SECRET: secret } : {});
    });
    after(async () => {
      const ended = once(apache, 'exit');
      apache.kill('SIGTERM');
      await ended;
      await davgate.dispose();
      await rm(folder, { recursive: true, force: true });
    });

    /** A real Apache with the printed configuration, and nothing but what the comments in it ask for. */
    async function startApache(printed: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
      const program = await findApache(process.env.PATH ?? '', { pathRules: true });
      assert.ok(program.found);
      const [, named = ''] = /^# Modules that must be loaded: (.*)\.$/m.exec(printed) ?? [];
      const wanted = new Set([...named.split(', '), 'mpm_event', 'unixd'].map((name) => `${name}_module`));
      const modules = program.modules.filter(({ identifier }) => wanted.has(identifier));
      const file = join(folder, 'httpd.conf');
      await writeFile(
        file,
        [
          ...modules.map((module) => `LoadModule ${module.identifier} ${module.file}`),
          ...[`ServerRoot ${folder}`, `DefaultRuntimeDir ${folder}`, `PidFile ${folder}/httpd.pid`],
          ...[`Listen 127.0.0.1:${port}`, `ErrorLog ${folder}/error.log`],
          ...(process.getuid?.() === 0 ? ['User #65534', 'Group #65534'] : []),
          ...(tls
            ? [
                `LoadModule ssl_module ${program.modulesFolder}/mod_ssl.so`,
                'SSLEngine on',
                `SSLCertificateFile ${folder}/certificate.pem`,
                `SSLCertificateKeyFile ${folder}/key.pem`,
              ]
            : []),
          printed,
        ].join('\n'),
      );
      const child = spawn(program.binary, ['-d', folder, '-f', file, '-D', 'FOREGROUND'], {
        stdio: 'ignore',
        env,
      });
      await until(async () => (await outcomeOf('curl', ['-s', '-k', origin()])).code === 0, 'Apache answers');
      return child;
    }

    const repository = (): string => `${davgate.url}/svn/one`;
    const svn = (user: string, ...args: string[]): Promise<string> =>
      run('svn', [
        ...args,
        ...['--non-interactive', '--no-auth-cache', '--config-dir', join(folder, 'config')],
        ...['--username', user, '--password', `${user}-demo`],
      ]);

    it('serves checkout, commit, copy and log through davgate, with the Django user as the author', async () => {
      await svn('alice', 'mkdir', '-m', 'Lay out', `${repository()}/trunk`, `${repository()}/closed`);
      const copy = join(folder, 'copy');
      await svn('bob', 'checkout', repository(), copy);
      await writeFile(join(copy, 'trunk', 'a.txt'), 'one\n');
      await svn('bob', 'add', join(copy, 'trunk', 'a.txt'));
      assert.match(await svn('bob', 'commit', '-m', 'By bob', copy), /Committed revision 2/);
      await svn('alice', 'copy', '-m', 'A copy', `${repository()}/trunk`, `${repository()}/branch`);
      await svn('alice', 'lock', `${repository()}/trunk/a.txt`);
      assert.match(await svn('alice', 'log', '-v', repository()), /^r2 \| bob \| /m);
      await appendFile(join(copy, 'trunk', 'a.txt'), 'two\n');
    });

    it('keeps the path rules', async () => {
      const status = async (user: string): Promise<number> =>
        (await curl(`${repository()}/closed/`, ['--user', login(user)])).status;
      assert.equal(await status('alice'), 200);
      assert.equal(await status('bob'), 403);
      assert.match(await readFile(join(folder, 'authz'), 'utf8'), /^editors = alice$/m);
    });

    it('lets people without a name read what path rules give them, and do nothing else', async () => {
      const own = (args: readonly string[]): Promise<number> =>
        curl(`${repository()}/trunk/`, args).then(({ status }) => status);
      assert.equal(await own([]), 401);
      const rulesFile = join(davgate.folder, 'svn-authz');
      const closed = await readFile(rulesFile, 'utf8');
      await writeFile(rulesFile, `${closed}[one:/trunk]\n* = rw\n`);
      assert.equal(await own([]), 200);
      assert.equal(await own(['--user', login('bob')]), 200);
      assert.equal(await own(['--user', 'bob:wrong']), 401);
      assert.equal((await curl(`${repository()}/closed/`)).status, 401);
      const direct = `${origin()}/svn/one/trunk/`;
      const shown = ['-k', '--header', `X-Davgate-Secret: ${secret}`];
      assert.equal((await curl(direct, shown)).status, 200);
      for (const method of ['POST', 'PUT', 'DELETE', 'MKCOL', 'MERGE', 'LOCK', 'PROPPATCH', 'MKACTIVITY']) {
        assert.equal((await curl(direct, [...shown, '-X', method])).status, 401, method);
      }
      for (const guess of [[], ['--header', 'X-Davgate-Secret;']]) {
        const { status } = await curl(direct, ['-k', ...guess]);
        assert.ok(status === 401 || status === 403, String(status));
      }
      await writeFile(rulesFile, closed);
    });

    it('refuses whoever comes without the secret', async () => {
      const direct = `${origin()}/svn/one/`;
      const asked = async (...args: string[]): Promise<number> =>
        (await curl(direct, ['-k', ...args])).status;
      assert.equal(await asked('--user', 'alice:x'), 403);
      assert.equal(await asked('--user', 'alice:x', '--header', 'X-Davgate-Secret: guess'), 403);
      assert.equal(await asked('--user', 'alice:x', '--header', 'X-Davgate-Secret;'), 403);
      assert.equal(await asked('--user', 'alice:x', '--header', `X-Davgate-Secret: ${secret}`), 200);
    });

    if (inEnvironment) {
      it('lets nobody in while that lacks the secret', async () => {
        const ended = once(apache, 'exit');
        apache.kill('SIGTERM');
        await ended;
        apache = await startApache(printed, {});
        const guess = 'X-Davgate-Secret: ${DAVGATE_UPSTREAM_SECRET}';
        const direct = `${origin()}/svn/one/`;
        assert.equal((await curl(direct, ['--user', 'alice:x', '--header', guess])).status, 403);
        assert.equal((await curl(`${repository()}/`, ['--user', login('alice')])).status, 403);
      });
    }
  });

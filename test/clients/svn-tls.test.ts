import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl, run } from './helpers/programs.js';
import { startTlsFront, type TlsFront } from './helpers/tls-front.js';

const ways: readonly [name: string, forwards: boolean][] = [
  ['X-Forwarded fields of a trusted proxy', true],
  ['publicOrigin', false],
];
for (const [name, forwards] of ways) {
  describe(`svn with TLS in front and plain HTTP behind, by ${name}`, () => {
    let front: TlsFront;
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'davgate-tls-'));
      front = await startTlsFront(forwards);
      davgate = await sampleDavgate((declaration) => {
        if (forwards) declaration.trustedProxies = ['127.0.0.1'];
        else declaration.publicOrigin = `https://localhost:${front.port}`;
      });
      front.behind = davgate.port;
    });
    after(async () => {
      await front.close();
      await davgate.dispose();
      await rm(folder, { recursive: true, force: true });
    });

    const origin = (): string => `https://localhost:${front.port}`;
    const repository = (): string => `${origin()}/svn/sample`;
    const svn = (...args: string[]): Promise<string> =>
      run(
        'svn',
        [
          ...args,
          ...['--non-interactive', '--no-auth-cache', '--config-dir', join(folder, 'config')],
          ...['--trust-server-cert-failures', 'unknown-ca,cn-mismatch,expired,not-yet-valid,other'],
          ...['--username', 'alice', '--password', 'alice-demo'],
        ],
        { cwd: folder },
      );

    it('copies and moves from URL to URL, also names that are escaped', async () => {
      await svn('copy', `${repository()}/trunk`, `${repository()}/tags/eins zwei ä#%`, '-m', 'A tag');
      await svn('move', `${repository()}/tags/eins zwei ä#%`, `${repository()}/tags/two`, '-m', 'A rename');
      assert.match(await svn('list', `${repository()}/tags`), /^two\/$/m);
    });

    it('locks by URL, commits under the lock and unlocks', async () => {
      await svn('lock', '-m', 'mine', `${repository()}/trunk/board.py`);
      assert.match(await svn('info', `${repository()}/trunk/board.py`), /Lock Owner: alice/);
      await svn('unlock', `${repository()}/trunk/board.py`);
      const copy = join(folder, 'copy');
      await svn('checkout', '-q', `${repository()}/trunk`, copy);
      await svn('lock', join(copy, 'board.py'));
      await appendFile(join(copy, 'board.py'), '# more\n');
      await svn('move', join(copy, 'README.md'), join(copy, 'LIES MICH.md'));
      assert.match(await svn('commit', '-m', 'Under the lock', copy), /Committed revision/);
      assert.doesNotMatch(await svn('info', `${repository()}/trunk/board.py`), /Lock Owner/);
      await svn('delete', '-m', 'Gone', `${repository()}/trunk/data`);
    });

    it('sends a browser from a folder without its slash to the one with it, on the public origin', async () => {
      const path = '/svn/sample/trunk';
      const { status, headers, body } = await curl(`${origin()}${path}`, [
        '--insecure',
        '--user',
        login('bob'),
      ]);
      assert.equal(status, 301);
      // A path keeps the browser where it is; only what is declared is named.
      assert.equal(headers.get('location'), `${forwards ? '' : origin()}${path}/`);
      assert.doesNotMatch(body.toString(), /127\.0\.0\.1/);
    });

    it('refuses a Destination at another server', async () => {
      const { status } = await curl(`${repository()}/trunk`, [
        ...['--insecure', '--user', login('alice'), '--request', 'COPY'],
        ...['--header', 'Destination: https://elsewhere.example/svn/sample/x'],
      ]);
      assert.equal(status, 502);
    });
  });
}

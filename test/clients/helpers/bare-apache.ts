import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { apacheConfig } from '../../../src/svn/apache/apache-config.js';
import { findApache } from '../../../src/svn/apache/find-apache.js';
import { freePort } from './free-port.js';
import { curl, run } from './programs.js';

/** An Apache without davgate, with the child's configuration less what keeps others out. */
export interface BareApache {
  readonly url: string;
  readonly process: ChildProcess;
  end(): Promise<void>;
}

export interface BareApacheOptions {
  /** Served at /svn, the repositories below it; the folder's owner is whom Apache runs as for root. */
  readonly repositories: string;
  /** A folder for what it writes, which that user can reach. */
  readonly work: string;
  /** Served at the root. */
  readonly documents?: string;
  /** Takes any password, as davgate's child does: the author of a commit is who the client says. */
  readonly authors?: boolean;
  /** AuthName, as it stands between the quotation marks of the configuration. Default: davgate. */
  readonly realm?: string;
  /** Lines for the end of the configuration. */
  readonly directives?: readonly string[];
  /** Something that answers 200 to anybody. */
  readonly probe: string;
}

/** Starts it and waits until it answers. */
export async function startBareApache(options: BareApacheOptions): Promise<BareApache> {
  const { repositories, work, authors = false, realm = 'davgate', directives = [], probe } = options;
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const port = await freePort();
  const owner = await stat(repositories);
  const runtimeFolder = join(work, 'apache');
  await mkdir(runtimeFolder);
  await run('chown', [`${owner.uid}:${owner.gid}`, runtimeFolder]);
  const locations = [{ path: '/svn', parentPath: repositories }];
  const guarded = apacheConfig({ port, runtimeFolder, modules: program.modules, locations });
  const open = authors
    ? guarded.replace(/^ *Require expr .*\n/gm, '')
    : guarded
        .replace(/^ *(Auth\w+|Anonymous\w*|<\/?RequireAll>|Require) ?.*\n/gm, '')
        .replaceAll(/^<Location "(.*)">$/gm, '<Location "$1">\n  Require all granted');
  const bare = open.replace(/^DocumentRoot .*$/m, `DocumentRoot "${options.documents ?? runtimeFolder}"`);
  const named = bare.replace('AuthName "davgate"', () => `AuthName "${realm}"`);
  const configuration = join(work, 'httpd.conf');
  await writeFile(configuration, [named, ...directives, ''].join('\n'));
  const child = spawn(program.binary, ['-DFOREGROUND', '-f', configuration], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DAVGATE_UPSTREAM_PROOF: 'unused' },
    ...(process.geteuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {}),
  });
  const url = `http://127.0.0.1:${port}`;
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  for (let tries = 0; tries < 400; tries += 1) {
    const status = await curl(url + probe, authors ? ['--user', 'anybody:x'] : []).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return { url, process: child, end };
    await delay(25);
  }
  await end();
  throw new Error('The bare Apache did not start.');
}

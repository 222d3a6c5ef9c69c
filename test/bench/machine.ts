import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { declaresWorkers } from './servers/davgate.js';
import { projectFolder } from '../clients/helpers/davgate.js';
import { outcomeOf } from '../clients/helpers/programs.js';
import { peers, type PeerName } from './rows.js';

/** The machine in one line, without a name of it. */
export function machine(): string {
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB of memory`;
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${availableParallelism()} cores (${model}), ${memory}, Linux ${release()}`;
}

const asked: Readonly<Partial<Record<PeerName, readonly (readonly string[])[]>>> = {
  apache: [
    ['apache2', '-v'],
    ['svn', '--version', '--quiet'],
  ],
  mod_wsgi: [
    ['dpkg-query', '--show', '--showformat=${Version}', 'libapache2-mod-wsgi-py3'],
    ['/usr/bin/python3', '-c', 'import django; print(django.get_version())'],
  ],
  nginx: [['nginx', '-v']],
  lighttpd: [['lighttpd', '-v']],
  rclone: [['rclone', 'version']],
};

const companions: Readonly<Partial<Record<PeerName, string>>> = { apache: 'Subversion', mod_wsgi: 'Django' };

/** The versions of servers in one line. */
export async function versions(names: readonly PeerName[]): Promise<string> {
  const lines = await Promise.all(
    names.map(async (name) => {
      if (name === 'davgate')
        return `davgate ${ownVersion()}${declaresWorkers() ? '' : ' (without workers)'}`;
      if (name === 'floor') return `Node.js ${process.versions.node}`;
      const found = await Promise.all((asked[name] ?? []).map(versionFrom));
      const [first = 'of unknown version', second] = found;
      const title = name === 'mod_wsgi' ? 'mod_wsgi' : peers[name].replace(' open', '');
      return `${title} ${first}${second === undefined ? '' : ` with ${companions[name] ?? ''} ${second}`}`;
    }),
  );
  return lines.join(', ');
}

async function versionFrom([program = '', ...args]: readonly string[]): Promise<string | undefined> {
  const outcome = await outcomeOf(program, args).catch(() => undefined);
  return /\d+(\.\d+)+/.exec(`${outcome?.out ?? ''}\n${outcome?.error ?? ''}`)?.[0];
}

function ownVersion(): string {
  const text = readFileSync(join(projectFolder, 'package.json'), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? '';
}

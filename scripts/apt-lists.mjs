import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Fetches package lists into a separate folder. Does not change apt's own lists.
 * @param kind `deb` for packages, `deb-src` for their sources
 * @param origins each `SITE SUITE COMPONENT`, from a mirror that apt uses anyway
 * @returns options that make apt use only these packages; undefined if the lists cannot be fetched
 */
export function ownLists(kind, origins, work) {
  const sources = join(work, 'sources.list');
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  writeFileSync(sources, origins.map((origin) => `${kind} ${signed}${origin}\n`).join(''));
  const options = [
    ['Dir::Etc::sourcelist', sources],
    ['Dir::Etc::sourceparts', '-'],
    ['Dir::State::lists', join(work, 'lists')],
    ['Dir::Cache', join(work, 'cache')],
    ['APT::Sandbox::User', ''],
    ['Acquire::Retries', '1'],
    ['Acquire::http::Timeout', '20'],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  for (const folder of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(work, folder), { recursive: true });
  return run('apt-get', [...options, '-qq', 'update'], { stdio: 'ignore' }) ? options : undefined;
}

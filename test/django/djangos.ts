import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { delimiter } from 'node:path';

/** Debian's Python, which has Debian's Django. */
export const python = '/usr/bin/python3';

/** A Django to test with: Debian's, and those that DAVGATE_TEST_DJANGO lists. */
export interface DjangoVersion {
  readonly version: string;
  readonly python: string;
  readonly environment: Readonly<Record<string, string>>;
}

function versionOf(program: string, environment: Readonly<Record<string, string>>): DjangoVersion {
  const code = 'import django; print(django.get_version())';
  const version = execFileSync(program, ['-c', code], { env: environment, encoding: 'utf8' }).trim();
  return { version, python: program, environment };
}

/** Folders of modules, as PYTHONPATH has them, and Pythons that have a Django of their own. */
const own = (process.env.DAVGATE_TEST_DJANGO ?? '').split(delimiter).filter((entry) => entry !== '');

export const djangos: readonly [DjangoVersion, ...DjangoVersion[]] = [
  versionOf(python, { PATH: '/usr/bin:/bin' }),
  ...own.map((entry) =>
    statSync(entry).isFile()
      ? versionOf(entry, { PATH: '/usr/bin:/bin' })
      : versionOf(python, { PATH: '/usr/bin:/bin', PYTHONPATH: entry }),
  ),
];

export const [debian] = djangos;

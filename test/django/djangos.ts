import { execFileSync } from 'node:child_process';
import { delimiter } from 'node:path';

/** Debian's Python, which has Debian's Django. */
export const python = '/usr/bin/python3';

/** A Django to test with: Debian's, and those whose folders DAVGATE_TEST_DJANGO lists (as PYTHONPATH does). */
export interface DjangoVersion {
  readonly version: string;
  readonly environment: Readonly<Record<string, string>>;
}

function versionOf(environment: Readonly<Record<string, string>>): DjangoVersion {
  const code = 'import django; print(django.get_version())';
  const version = execFileSync(python, ['-c', code], { env: environment, encoding: 'utf8' }).trim();
  return { version, environment };
}

const own = (process.env.DAVGATE_TEST_DJANGO ?? '').split(delimiter).filter((folder) => folder !== '');

export const djangos: readonly [DjangoVersion, ...DjangoVersion[]] = [
  versionOf({ PATH: '/usr/bin:/bin' }),
  ...own.map((folder) => versionOf({ PATH: '/usr/bin:/bin', PYTHONPATH: folder })),
];

export const [debian] = djangos;

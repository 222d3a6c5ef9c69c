import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { declare, makeSample, startDavgate, type TestDavgate } from '../helpers/davgate.js';

export const secret = 'f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed';

/** A davgate with guards, and what lies behind them in the same folder. */
export interface GuardedSite {
  readonly davgate: TestDavgate;
  /** Where servers ask. */
  readonly http: number;
  readonly fastcgi: number;
  /** The folder that holds `files`, served at /files. */
  readonly folder: string;
  dispose(): Promise<void>;
}

const readers = { staff: false, permission: 'docs.view_document' };
const writers = { permission: 'docs.change_document' };

/** The guards that the tests ask about. */
export const guards = [
  {
    path: '/files',
    kind: 'guard',
    require: readers,
    write: writers,
    rules: [{ path: '/private', require: { staff: true, permission: null }, write: {} }],
  },
  {
    path: '/open',
    kind: 'guard',
    public: true,
    require: { staff: false },
    write: { permission: 'docs.change_document' },
    rules: [{ path: '/closed', require: { staff: true } }],
  },
  { path: '/app', kind: 'guard', require: { staff: false } },
  { path: '/staffed', kind: 'guard' },
  { path: '/editors', kind: 'guard', require: { staff: false, groups: ['editors'] } },
  { path: '/super', kind: 'guard', require: { superuser: true } },
  {
    path: '/repos',
    kind: 'guard',
    require: { staff: false, permission: 'repos.view_repository' },
    write: { permission: 'repos.change_repository' },
  },
] as const;

/** @param change changes the declaration further */
export async function guardedSite(
  change?: (declaration: Record<string, unknown>, folder: string) => void,
): Promise<GuardedSite> {
  const folder = await makeSample();
  await chmod(folder, 0o755);
  name(folder, 'alice', { first_name: 'Alice', last_name: '\u00c6r\u00f8', email: 'alice@example.org' });
  name(folder, 'eve', { first_name: ' ', last_name: '', email: '' });
  await writeFile(join(folder, 'guard-secret'), `${secret}\n`, { mode: 0o600 });
  for (const name of ['files', 'files/private', 'open', 'open/closed', 'staffed', 'editors', 'super']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'a.txt'), `${name}\n`);
  }
  await declare(folder, (declaration) => {
    const { shares } = declaration;
    if (!Array.isArray(shares)) throw new TypeError('The sample has no shares.');
    declaration.shares = [...shares.map((share: unknown) => share), ...guards];
    declaration.guard = {
      http: { port: 0 },
      proxies: ['127.0.0.1'],
      fastcgi: { port: 0, secretFile: './guard-secret' },
    };
    change?.(declaration, folder);
  });
  const davgate = await startDavgate(folder);
  const portOf = async (message: string): Promise<number> =>
    Number((await davgate.logged(({ msg }) => msg === message)).port);
  return {
    davgate,
    http: await portOf('guard listening'),
    fastcgi: await portOf('guard listening for Apache'),
    folder,
    dispose: async () => {
      await davgate.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Gives a user of the site a name and an address. */
export function name(
  folder: string,
  user: string,
  { first_name, last_name, email }: Readonly<Record<'first_name' | 'last_name' | 'email', string>>,
): void {
  const database = new Database(join(folder, 'django-site', 'db.sqlite3'));
  database
    .prepare('UPDATE auth_user SET first_name = ?, last_name = ?, email = ? WHERE username = ?')
    .run(first_name, last_name, email, user);
  database.close();
}

import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { projectFolder } from '../../clients/helpers/davgate.js';
import { outcomeOf, run, type Outcome } from '../../clients/helpers/programs.js';

/** A share of each kind, Django's users, and what is wrong with them. */
export interface MistakenSite {
  /** Absolute; every path below is relative to it. */
  readonly folder: string;
  readonly at: (...names: readonly string[]) => string;
  /** The declaration, to be changed. */
  readonly declaration: Record<string, unknown>;
  /** Its shares: /media static, /docs webdav, /svn svn. */
  readonly shares: Record<string, unknown>[];
  readonly write: (name: string, text: string) => string;
  /** Runs statements on Django's database. */
  readonly change: (sql: string) => void;
}

const sample = join(projectFolder, 'repos-sample/django-site/db.sqlite3');

/**
 * Whom file modes and low ports hold back. Root is held to modes once it is without these capabilities (capabilities(7)),
 * and still reaches the project, which another user might not.
 */
const withoutRights = ['--bounding-set=-dac_override,-dac_read_search,-net_bind_service', '--inh-caps=-all'];

function heldBackly(program: string, ...args: readonly string[]): readonly [string, ...string[]] {
  return process.geteuid?.() === 0 ? ['setpriv', ...withoutRights, program, ...args] : [program, ...args];
}

/** @param after is given what removes it */
export async function mistakenSite(after: (remove: () => Promise<void>) => unknown): Promise<MistakenSite> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'davgate-mistake-')));
  after(async () => {
    await run('chmod', ['-R', 'u+rwX', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const at = (...names: readonly string[]): string => join(folder, ...names);
  for (const name of ['media', 'docs', 'svn']) mkdirSync(at(name));
  await run('svnadmin', ['create', at('svn', 'one')]);
  // Apache does not serve as root.
  if (process.geteuid?.() === 0) await run('chown', ['-R', '65534:65534', at('svn')]);
  copyFileSync(sample, at('db.sqlite3'));
  const shares: Record<string, unknown>[] = [
    { path: '/media', kind: 'static', root: './media' },
    { path: '/docs', kind: 'webdav', root: './docs' },
    { path: '/svn', kind: 'svn', repositories: './svn' },
  ];
  return {
    folder,
    at,
    shares,
    declaration: { listen: { port: 0 }, django: { database: 'sqlite:./db.sqlite3' }, shares },
    write: (name, text) => {
      writeFileSync(at(name), text);
      return at(name);
    },
    change: (sql) => {
      new Database(at('db.sqlite3'), { fileMustExist: true }).exec(sql).close();
    },
  };
}

export const asked = z.strictObject({
  file: z.string(),
  /** PATH, where it is another than usual. */
  path: z.string().optional(),
  /** Whether davgate is to be started, too. */
  starting: z.boolean(),
});
/** A declaration that is asked about. */
export type Asked = z.infer<typeof asked>;

const answered = z.strictObject({
  code: z.number(),
  out: z.string(),
  error: z.string(),
  /** What the start says; empty where davgate has started. */
  start: z.string().optional(),
});
export type Answered = z.infer<typeof answered>;

const child = new URL('held-back-child.js', import.meta.url).pathname;

/** What `check` and the start say of declarations, to somebody whom file modes hold back. */
export async function answersTo(questions: readonly Asked[]): Promise<readonly Answered[]> {
  const [program, ...args] = heldBackly(process.execPath, child);
  return z.array(answered).parse(JSON.parse(await run(program, args, { input: JSON.stringify(questions) })));
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** What to put before the command. */
  readonly before?: readonly string[];
}

/** `davgate WORDS FILE` as somebody whom file modes hold back. */
export function davgate(
  site: Pick<MistakenSite, 'at'>,
  words: readonly string[],
  { env, before = [] }: CommandOptions = {},
): Promise<Outcome> {
  const command = join(projectFolder, 'dist/server/cli/davgate.js');
  const held = heldBackly(process.execPath, command, ...words, site.at('shares.json'));
  const [program = '', ...args] = [...before, ...held];
  return outcomeOf(program, args, { patience: 60_000, ...(env && { env }) });
}

export function declare(site: MistakenSite): void {
  site.write('shares.json', JSON.stringify(site.declaration));
}

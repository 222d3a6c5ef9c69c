import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Declaration } from '../../src/config/declaration.js';
import { loadDeclaration } from '../../src/config/load.js';
import { DeclarationError } from '../../src/config/problems.js';

export type Json = Readonly<Record<string, unknown>>;

/** A folder with a database, folders to share and a declaration. */
export interface Site {
  readonly folder: string;
  /** The declaration's own path. */
  readonly file: string;
  /** Writes the declaration, as JSON unless it is text, and loads it. */
  readonly load: (declaration: unknown) => Declaration;
  /** The lines `place: message` of what is wrong with a declaration; none where it loads. */
  readonly problems: (declaration: unknown) => string[];
}

export function site(t: TestContext): Site {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'davgate-config-')));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  for (const name of ['media', 'docs', 'svn']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'db.sqlite3'), '');
  const file = join(folder, 'shares.json');
  const load = (declaration: unknown): Declaration => {
    writeFileSync(file, typeof declaration === 'string' ? declaration : JSON.stringify(declaration));
    return loadDeclaration(file);
  };
  const problems = (declaration: unknown): string[] => {
    try {
      load(declaration);
      return [];
    } catch (error) {
      assert.ok(error instanceof DeclarationError, `${String(error)} is no DeclarationError`);
      return error.problems.map(({ place, message }) => `${place}: ${message}`);
    }
  };
  return { folder, file, load, problems };
}

export const staticShare = { path: '/media', kind: 'static', root: './media' } as const;
export const webdavShare = { path: '/docs', kind: 'webdav', root: './docs' } as const;
export const svnShare = { path: '/svn', kind: 'svn', repositories: './svn' } as const;

/** A declaration with these shares and nothing that is not needed, but for what is said otherwise. */
export function declaring(shares: readonly unknown[], rest: Json = {}): Json {
  return { django: { database: 'sqlite:./db.sqlite3' }, shares, ...rest };
}

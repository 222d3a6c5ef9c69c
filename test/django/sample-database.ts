import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';

/** The sample site's database, made by Django itself; each user's password is `<name>-demo`. */
const original = resolve('repos-sample/django-site/db.sqlite3');

/** A copy of the sample site's database for one test to change. */
export interface SampleDatabase {
  readonly file: string;
  /** Runs statements as the Django site would. */
  change(sql: string): void;
  /** Deletes the file. */
  remove(): void;
  /** Puts a fresh copy at the same place. */
  restore(): void;
}

export function sampleDatabase(t: TestContext): SampleDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'davgate-site-'));
  const file = join(folder, 'db.sqlite3');
  const restore = () => {
    rmSync(file, { force: true });
    copyFileSync(original, file);
  };
  restore();
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  return {
    file,
    change: (sql) => {
      const database = new Database(file, { fileMustExist: true });
      try {
        database.exec(sql);
      } finally {
        database.close();
      }
    },
    remove: () => {
      rmSync(file);
    },
    restore,
  };
}
